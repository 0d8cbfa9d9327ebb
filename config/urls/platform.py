"""What stands on the platform's own host: the front page, accounts, and the way into each store."""

from allauth.account import views as accounts
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from csp.decorators import csp_update
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from tenants.hosts import origin
from tenants.permissions import public
from tenants.views import invitations, platform

# A form that logs in may end on a store's dashboard, and browsers hold the whole chain of redirects
# against the form's policy.
leads_to_a_store = csp_update({"form-action": ["'self'", origin(f"*.{settings.DASHBOARD_SUFFIX}")]})

urlpatterns: list[URLPattern | URLResolver] = [
    path("", platform.home, name="home"),
    path("language/", public(set_language), name="set_language"),
    path("signup/", platform.sign_up, name="sign_up"),
    path("signup/address/", platform.propose_address, name="propose_address"),
    path("stores/", include("tenants.urls_stores")),
    path("invitations/<str:token>/", leads_to_a_store(invitations.invitation), name="invitation"),
    path("accounts/signup/", platform.sign_up, name="account_signup"),
    path("accounts/login/", leads_to_a_store(accounts.login), name="account_login"),
    path("accounts/2fa/authenticate/", leads_to_a_store(mfa.authenticate), name="mfa_authenticate"),
    path(
        "accounts/2fa/webauthn/login/", leads_to_a_store(webauthn.login_webauthn), name="mfa_login_webauthn"
    ),
    path("accounts/", include("allauth.urls")),
]

if settings.DEVELOPMENT:
    # Mails end in a local inbox instead of going out.
    urlpatterns.append(path("inbox/", include("tenants.urls_inbox")))
