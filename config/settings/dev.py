"""One machine, no accounts anywhere: what `make run` uses. Loopback only."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import DATA_DIR, INSTALLED_APPS, MIDDLEWARE
from config.settings.shares import FAIR_SHARES

DEBUG = False
DEVELOPMENT = True
SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-development-on-loopback")
SEALING_KEYS = os.environ.get("SEALING_KEYS", "dev:ZGV2ZWxvcG1lbnQta2V5LW9ubHktZm9yLWxvb3BiYWM=")
INSTALLED_APPS = [*INSTALLED_APPS, "config.demo"]
MIDDLEWARE = list(MIDDLEWARE)
# Measurements load one store as fast as they can.
FAIR_SHARES = {**FAIR_SHARES, "pages": None, "shop": None}
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
WEBHOOKS_MAY_LOOP_BACK = True
LOCAL_DOMAIN_SUFFIX = "localhost"
DOMAIN_RESOLVERS = "tenants.domains.resolvers.local"
PLATFORM_SELLER = {
    "name": "PT Lapak Pintar Indonesia",
    "npwp": "0123456789012000",
    "address": "Jl. Medan Merdeka Timur 1, Jakarta Pusat 10110",
    "email": "billing@smartseller.example",
}
PLATFORM_BANK_ACCOUNTS = ["BCA 5550123456 PT Lapak Pintar Indonesia"]
MIDTRANS_PLATFORM_SERVER_KEY = "SB-Mid-server-platform"
