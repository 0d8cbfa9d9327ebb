"""The pages of an account, picked from allauth one by one: what is not listed here does not exist.

Names are allauth's own, for its views look each other up. Left out: signing up without a store, codes by mail
instead of a password, pages for accounts that have no password, and for mandatory verification.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from csp.decorators import csp_update
from django.conf import settings
from django.urls import URLPattern, URLResolver, path, re_path

from tenants.hosts import origin
from tenants.privacy import clears_site
from tenants.security_log import tells_failures
from tenants.views import platform

# A form that proves who somebody is may end on a store's dashboard or in the console, and browsers hold the
# whole chain of redirects against the form's policy.
leads_inside = csp_update(
    {"form-action": ["'self'", origin(f"*.{settings.DASHBOARD_SUFFIX}"), origin(settings.CONSOLE_HOST)]}
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("signup/", leads_inside(platform.sign_up), name="account_signup"),
    path("login/", leads_inside(account.login), name="account_login"),
    path("logout/", clears_site(leads_inside(account.logout)), name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", leads_inside(account.reauthenticate), name="account_reauthenticate"),
    path("email/", account.email, name="account_email"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("2fa/", mfa.index, name="mfa_index"),
    path(
        "2fa/authenticate/",
        tells_failures("second_factor.failed")(leads_inside(mfa.authenticate)),
        name="mfa_authenticate",
    ),
    path(
        "2fa/reauthenticate/",
        tells_failures("second_factor.failed")(leads_inside(mfa.reauthenticate)),
        name="mfa_reauthenticate",
    ),
    path("2fa/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("2fa/recovery-codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("2fa/webauthn/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", leads_inside(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        leads_inside(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("2fa/webauthn/keys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
]
