"""How allauth speaks for us: its links lead to the platform's stored address, never to the Host header.

Its mails become duties, so that a slow or broken mail server never holds up a log-in.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import caches
from django.http import HttpRequest
from django.urls import reverse
from django.utils.connection import ConnectionProxy

from tenants import acts, meters, platform_mails
from tenants.hosts import platform_origin
from tenants.permissions import Actor
from tenants.security_log import note


class AccountAdapter(DefaultAccountAdapter):
    """Log-in, verification and reset on the platform host."""

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Lead to the stored platform address."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return platform_origin() + path.replace("UID-KEY", key)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Lead to the stored platform address."""
        return platform_origin() + reverse("account_confirm_email", args=[emailconfirmation.key])

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        """The worker makes the link, so that no secret waits in a row."""
        address = emailconfirmation.email_address
        platform_mails.ask_to_confirm(address_id=address.pk)

    def send_password_reset_mail(self, user: AbstractBaseUser, email: str, context: dict[str, Any]) -> None:
        """The worker makes the link, so that no secret waits in a row."""
        platform_mails.offer_reset(user_id=user.pk)

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """Take the proof that a mail address is somebody's, and log whose and when."""
        is_confirmed = bool(super().confirm_email(request, email_address))
        if is_confirmed:
            user = email_address.user
            actor = Actor("MEMBER", str(user.uid), user.display_name)
            acts.note(actor=actor, action="email.confirmed", store=None)
        return is_confirmed

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Everything else that allauth wants to say: security notices, and answers to unknown addresses."""
        platform_mails.tell(kind=template_prefix.rpartition("/")[2], email=email)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Open the session, and note who came in from where."""
        super().login(request, user)
        note("login", user=getattr(user, "uid", ""), ip=self.get_client_ip(request))

    def logout(self, request: HttpRequest) -> None:
        """End the session, and note it."""
        note("logout", user=getattr(request.user, "uid", ""))
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a wrong password; whose it was is not: names that fail are often passwords."""
        meters.LOGIN_FAILURES.inc()
        note("login.failed", ip=self.get_client_ip(request))

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Ask for the password again, and note how it went."""
        is_right = super().reauthenticate(user, password)
        note("proof.given" if is_right else "proof.failed", user=getattr(user, "uid", ""))
        return is_right


def count_limits_for_all_hosts() -> None:
    """Have allauth keep its limits and used codes in the cache that is not any store's."""
    ratelimit.cache = totp.cache = ConnectionProxy(caches, "security")
