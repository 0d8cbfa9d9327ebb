"""Production: everything secret must be given, cookies and transport are locked down."""

import os

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403
from config.settings.base import LOGGING, STRIPE_API_BASE, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET

DEVELOPMENT = False
SECRET_KEY = os.environ["SECRET_KEY"]
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("SECRET_KEY_FALLBACKS", "").split(",") if key]
SEALING_KEYS = os.environ["SEALING_KEYS"]
SCHEME = "https"
EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "anymail.backends.amazon_ses.EmailBackend")
SESSION_COOKIE_NAME = "__Host-sid"
CSRF_COOKIE_NAME = "__Host-csrf"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Limits count per visitor: how many of our own proxies stand between, each adding to X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "1"))
SECURE_HSTS_SECONDS = 31_536_000
# What we decided differently from what Django advises:
SILENCED_SYSTEM_CHECKS = [
    # Whether all names below a seller's own domain speak TLS is the seller's affair, as is a preload list,
    # which nobody leaves quickly.
    "security.W005",
    "security.W021",
]
# The web server in front redirects already. Probes and its own questions come without TLS, and are answered
# before this is looked at.
SECURE_SSL_REDIRECT = True
LOGGING["handlers"]["console"]["formatter"] = os.environ.get("LOG_FORMAT", "json")
# A spare costs 3 MB and a fifth of a second of the worker.
STORE_POOL_SIZE = int(os.environ.get("STORE_POOL_SIZE", "64"))
# A fake that pretends to be paid would give plans away.
if STRIPE_API_BASE != "https://api.stripe.com":
    raise ImproperlyConfigured(f"STRIPE_API_BASE is {STRIPE_API_BASE}, which is not Stripe's.")
if "_fake_" in STRIPE_SECRET_KEY:
    raise ImproperlyConfigured("STRIPE_SECRET_KEY is the key of the fake Stripe.")
if STRIPE_SECRET_KEY and not STRIPE_WEBHOOK_SECRET:
    raise ImproperlyConfigured(
        "STRIPE_SECRET_KEY needs STRIPE_WEBHOOK_SECRET: what Stripe tells is not believed unsigned."
    )
