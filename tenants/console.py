"""The way into the staff console: only the platform's people, only with a second factor.

Log-in happens on the platform host like everybody's. A code hands the person over to the console's host,
whose session lasts a working day.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext as _

from tenants.errors import CommerceError
from tenants.hosts import platform_origin
from tenants.models import StaffRole, User
from tenants.permissions import LoginNeeded

SESSION_LASTS = timedelta(hours=8)
# How long ago the second factor may have been shown when somebody goes in.
PROOF_LASTS = timedelta(hours=8)
_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class Duty(StrEnum):
    """What staff may do in the console. To look is everybody's."""

    HELP = "help"
    MONEY = "money"
    RULE = "rule"


_DUTIES: dict[str, frozenset[Duty]] = {
    # Looks after sellers: gives days of trial, builds on, counts again, backs up.
    StaffRole.SUPPORT: frozenset({Duty.HELP}),
    # Looks after money: plans, credit, refunds, transfers that came in, payouts, what growth costs.
    StaffRole.FINANCE: frozenset({Duty.MONEY}),
    # Also closes, restores and deletes stores.
    StaffRole.ADMIN: frozenset(Duty),
}


class StaffOnly(CommerceError):
    code = "staff_only"
    http_status = 403

    def __init__(self) -> None:
        super().__init__(_("The console is for the platform's staff, with a second factor."))


class NotYourDuty(CommerceError):
    code = "not_your_duty"
    http_status = 403

    def __init__(self) -> None:
        super().__init__(_("Your role in the console does not include this. Ask somebody whose does."))


def may(user: User, duty: Duty) -> bool:
    """Whether this person's role in the console includes a duty."""
    return user.is_staff and duty in _DUTIES[user.staff_role]


def has_second_factor(user: User) -> bool:
    """Whether this account is asked for a code or a passkey at log-in."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=_FACTORS).exists()


def proved_second_factor(request: HttpRequest) -> bool:
    """Whether a code or a passkey was shown in this very session, not too long ago."""
    oldest = time.time() - PROOF_LASTS.total_seconds()
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" and record.get("at", 0) >= oldest for record in records)


def staff_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """A door of the console. Strangers are sent to the log-in on the platform."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        user = request.user
        if not isinstance(user, User):
            return _to_login(request)
        if not (user.is_active and user.is_staff and has_second_factor(user)):
            raise StaffOnly
        return view(request, *args, **kwargs)

    guarded.door = "staff"  # type: ignore[attr-defined]
    return guarded


def staff_may(duty: Duty) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A door of the console for those whose role includes `duty`. Raises NotYourDuty."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not may(cast(User, request.user), duty):
                raise NotYourDuty
            return view(request, *args, **kwargs)

        return staff_only(guarded)

    return decorate


def _to_login(request: HttpRequest) -> HttpResponseRedirect:
    if request.headers.get("HX-Request"):
        raise LoginNeeded
    query = urlencode({"next": request.get_full_path() if request.method == "GET" else "/"})
    return HttpResponseRedirect(f"{platform_origin()}/console/enter/?{query}")
