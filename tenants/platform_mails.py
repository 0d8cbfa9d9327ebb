"""Mails of the platform itself, each sent by a duty of its own. Links lead to the stored platform address."""

from collections.abc import Mapping
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from tenants import context, meters
from tenants.hosts import platform_origin
from tenants.models import User
from tenants.work import enqueue, register

# What may be said without any further facts: one template each.
NOTICES = frozenset(
    {
        "account_already_exists",
        "email_changed",
        "email_confirm",
        "email_deleted",
        "password_changed",
        "password_reset",
        "password_set",
        "recovery_codes_generated",
        "totp_activated",
        "totp_deactivated",
        "unknown_account",
        "webauthn_added",
        "webauthn_removed",
    }
)


def ask_to_confirm(*, address_id: int) -> None:
    """Have the person prove that the mail address is theirs."""
    with context.in_public():
        enqueue(CONFIRM, {"address_id": address_id})


def offer_reset(*, user_id: int) -> None:
    """Mail a link with which a new password can be set."""
    with context.in_public():
        enqueue(RESET, {"user_id": user_id})


def tell(*, kind: str, email: str) -> None:
    """Mail a notice that needs no facts. Unknown kinds are a mistake of ours and refused."""
    if kind not in NOTICES:
        raise ValueError(f"There is no notice {kind}")
    with context.in_public():
        enqueue(NOTICE, {"kind": kind, "email": email})


def _send_confirmation(*, address_id: int) -> None:
    address = EmailAddress.objects.select_related("user").filter(pk=address_id, verified=False).first()
    if address is None:
        return
    path = reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])
    send("confirm_address", address.email, address.user.language, {"link": platform_origin() + path})


def _send_reset(*, user_id: int) -> None:
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    link = platform_origin() + reverse("account_reset_password_from_key", kwargs=key)
    send("reset_password", user.email, user.language, {"link": link})


def _send_notice(*, kind: str, email: str) -> None:
    language = User.objects.filter(email=email).values_list("language", flat=True).first()
    send("notice", email, language or settings.LANGUAGE_CODE, {"kind": kind})


def send(template: str, recipient: str, language: str, facts: Mapping[str, Any]) -> None:
    """Render `email/platform/<template>` in the reader's language and send it. Only duties call this."""
    told = {"BRAND_NAME": settings.BRAND_NAME, "platform": platform_origin(), **facts}
    with translation.override(language):
        subject = " ".join(render_to_string(f"email/platform/{template}.subject.txt", told).split())
        text = render_to_string(f"email/platform/{template}.txt", told)
        html = render_to_string(f"email/platform/{template}.html", {**told, "subject": subject})
    mail = EmailMultiAlternatives(subject, text, to=[recipient])
    mail.attach_alternative(html, "text/html")
    with meters.timed_call("mail"):
        mail.send()


CONFIRM = "tenants.platform_mails.confirm"
RESET = "tenants.platform_mails.reset"
NOTICE = "tenants.platform_mails.notice"
register(CONFIRM, _send_confirmation, of_platform=True)
register(RESET, _send_reset, of_platform=True)
register(NOTICE, _send_notice, of_platform=True)
