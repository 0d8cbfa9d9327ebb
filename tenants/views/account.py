"""A person's own page: name, language, and the way to everything that protects the account."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants import signup
from tenants.forms import AccountForm
from tenants.models import User
from tenants.permissions import login_required


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Who I am here, and how well my account is protected."""
    user: User = request.user  # type: ignore[assignment]
    form = AccountForm(request.POST or None, initial={"name": user.display_name, "language": user.language})
    if request.method == "POST" and form.is_valid():
        signup.edit_account(user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        answer = redirect("account")
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, user.language, max_age=365 * 24 * 3600, samesite="Lax"
        )
        return answer
    kinds = list(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
    facts = {
        "form": form,
        "address_confirmed": EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists(),
        "has_totp": Authenticator.Type.TOTP in kinds,
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "has_codes": Authenticator.Type.RECOVERY_CODES in kinds,
        "memberships": signup.stores_of(user),
    }
    status = 422 if form.is_bound else 200
    return render(request, "platform/account.html", facts, status=status)
