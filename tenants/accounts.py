"""How allauth speaks for us: its links lead to the platform's stored address, never to the Host header."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from tenants.hosts import platform_origin


class AccountAdapter(DefaultAccountAdapter):
    """Log-in, verification and reset on the platform host."""

    def get_reset_password_from_key_url(self, key: str) -> str:
        return platform_origin() + reverse(
            "account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}
        ).replace("UID-KEY", key)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return platform_origin() + reverse("account_confirm_email", args=[emailconfirmation.key])
