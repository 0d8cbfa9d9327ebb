"""What stands on the platform's own host: the front page, accounts, and the way into each store."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from billing import pages, partner_pages
from tenants.permissions import public
from tenants.urls_accounts import leads_inside
from tenants.views import account, invitations, platform, wellknown

handler500 = "tenants.refusals.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("language/", public(set_language), name="set_language"),
    path("signup/", leads_inside(platform.sign_up), name="sign_up"),
    path("signup/address/", platform.propose_address, name="propose_address"),
    path("stores/", include("tenants.urls_stores")),
    path("invitations/<str:token>/", leads_inside(invitations.invitation), name="invitation"),
    path("account/", account.overview, name="account"),
    path("accounts/", include("tenants.urls_accounts")),
    path("partner/", partner_pages.partner, name="partner"),
    path("partner/statements/<uuid:uid>.csv", partner_pages.statement, name="partner_statement"),
    path("console/enter/", platform.enter_console, name="enter_console"),
    path("hooks/", include("billing.urls_hooks")),
    path(".well-known/change-password", wellknown.change_password, name="well_known_change_password"),
    path(".well-known/", include("tenants.urls_wellknown")),
]

if settings.DEVELOPMENT:
    # Mails end in a local inbox instead of going out.
    urlpatterns.append(path("inbox/", include("tenants.urls_inbox")))
