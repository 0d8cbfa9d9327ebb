"""What partners see, on the platform's own host: their link, the stores they brought, what they earned."""

import re
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from billing import clock
from billing.forms import PartnerForm
from billing.selectors import partners as selectors
from billing.services import partnering
from core.kernel.exports import csv_file
from tenants.hosts import platform_origin
from tenants.models import User
from tenants.permissions import login_required

# How long it is remembered through whose link somebody came.
LASTS_DAYS = 60
_CODE = re.compile(r"[a-z0-9-]{3,30}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def partner(request: HttpRequest) -> HttpResponse:
    """Apply; afterwards, what came of it."""
    user: User = request.user  # type: ignore[assignment]
    found = selectors.partner_of(user)
    form = PartnerForm(request.POST or None, initial={"name": user.display_name})
    if request.method == "POST" and form.is_valid():
        partnering.apply(user=user, **form.cleaned_data, now=clock.now())
        messages.success(request, _("Thank you. We look at it within two working days."))
        return redirect("partner")
    facts: dict[str, Any] = {"partner": found, "tiers": selectors.tiers()}
    if found is None:
        facts["form"] = form
    else:
        facts |= {
            "link": f"{platform_origin()}{reverse('home')}?ref={found.code}",
            "brought": selectors.brought_by(found),
            "open_sums": selectors.open_sums(found),
            "payouts": selectors.payouts_of(found),
        }
    status = 422 if found is None and form.is_bound else 200
    return render(request, "platform/partner.html", facts, status=status)


@never_cache
@require_safe
@login_required
def statement(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One statement as CSV."""
    user: User = request.user  # type: ignore[assignment]
    found = selectors.payout_of(selectors.partner_of(user), uid)
    if found is None:
        raise Http404
    headings = [
        _("When"),
        _("Store"),
        _("Invoice"),
        _("Kind"),
        _("Currency"),
        _("Amount paid"),
        _("Percent"),
        _("Commission"),
    ]
    return csv_file(f"statement-{found.month:%Y-%m}", headings, selectors.statement_rows(found))


def remember(request: HttpRequest, answer: HttpResponse) -> None:
    """Keep through whose link somebody looks at the front page."""
    code = request.GET.get("ref", "").lower()
    if (
        _CODE.fullmatch(code)
        and request.COOKIES.get(settings.REFERRAL_COOKIE) != code
        and selectors.is_code(code)
    ):
        answer.set_cookie(
            settings.REFERRAL_COOKIE,
            code,
            max_age=LASTS_DAYS * 24 * 3600,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
