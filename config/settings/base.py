"""Settings that every environment shares. Anything secret or local comes from the environment."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from config.settings.apps import SHARED_APPS, TENANT_APPS
from config.settings.books import *  # noqa: F403
from config.settings.shares import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR", BASE_DIR / ".data"))
BUILD_DIR = Path(os.environ.get("BUILD_DIR", BASE_DIR / ".build"))

BRAND_NAME = os.environ.get("BRAND_NAME", "SmartSeller")
DEBUG = False
SECRET_KEY = os.environ.get("SECRET_KEY", "")

INSTALLED_APPS = [
    *SHARED_APPS,
    *[app for app in TENANT_APPS if app not in SHARED_APPS],
    "core.analytics",
    "config.watch",
]

# --- Hosts -----------------------------------------------------------------------------------
# Every request's host is looked up in tenants.Hostname, which refuses unknown ones: the look-up is
# the allow-list, since sellers bring domains of their own.
ALLOWED_HOSTS = ["*"]
PORT = os.environ.get("PORT", "8000")
SCHEME = os.environ.get("SCHEME", "http")
PUBLIC_PORT = os.environ.get("PUBLIC_PORT", PORT)
PLATFORM_HOST = os.environ.get("PLATFORM_HOST", "localhost")
CONSOLE_HOST = os.environ.get("CONSOLE_HOST", f"console.{PLATFORM_HOST}")
DASHBOARD_SUFFIX = os.environ.get("DASHBOARD_SUFFIX", "app.localhost")
STOREFRONT_SUFFIX = os.environ.get("STOREFRONT_SUFFIX", "shop.localhost")
# What a seller points a domain of their own at.
STOREFRONT_TARGET = os.environ.get("STOREFRONT_TARGET", "toko.localhost")
# The same for a domain without a label before it, which cannot have a CNAME: our IPv4 and IPv6 addresses.
STOREFRONT_ADDRESSES = os.environ.get("STOREFRONT_ADDRESSES", "127.0.0.1").split()
# Who issues our certificates, as CAA records name them.
CERTIFICATE_ISSUERS = os.environ.get("CERTIFICATE_ISSUERS", "letsencrypt.org").split()
# Gives the resolvers that sellers' domains are looked up with: at least two, of different operators.
DOMAIN_RESOLVERS = "tenants.domains.resolvers.public"
# In development: names below it count as domains of one's own, and DNS is a file.
LOCAL_DOMAIN_SUFFIX = ""
LOCAL_DNS_FILE = DATA_DIR / "dns.txt"

ROOT_URLCONF = "config.urls.platform"
PLATFORM_URLCONF = "config.urls.platform"
CONSOLE_URLCONF = "config.urls.console"
DASHBOARD_URLCONF = "config.urls.dashboard"
STOREFRONT_URLCONF = "config.urls.storefront"
# Hosts that have pages of their own for what was refused; the others show templates/refusal.html.
REFUSAL_PAGES = {"STOREFRONT": "storefront.views.errors.refusal"}
# What shoppers see while the shop rests, and what time it is for plans and money.
SHOP_RESTS_PAGE = "storefront.views.errors.resting"
PLAN_CLOCK = "billing.clock.now"
# Whether a seller lets the platform's staff look into their dashboard, and who notes that they did.
LOOK_IN_CONSENT = "billing.selectors.consents.open_consent"
LOOK_IN_NOTE = "billing.services.looking_in.note_entry"
WSGI_APPLICATION = "config.wsgi.application"

MIDDLEWARE = [
    "config.watch.requests.WatchMiddleware",
    "tenants.domains.ask.AskMiddleware",
    "tenants.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenants.hosts.HostMiddleware",
    "config.policy.PolicyMiddleware",
    "config.pictures.PictureSourceMiddleware",
    "tenants.security_log.SecurityLogMiddleware",
    "tenants.sessions.BoundSessionMiddleware",
    "tenants.languages.LanguageMiddleware",
    "config.api_refusals.ApiProblemMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "storefront.keeping.KeptPageMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.privacy.PrivateAnswerMiddleware",
    "tenants.members.MemberMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "storefront.preview.PreviewMiddleware",
    "tenants.refusals.RefusalMiddleware",
    "tenants.access.AccessMiddleware",
    "core.integrations.rates.FairShareMiddleware",
    "tenants.replica.OwnWritesMiddleware",
    "core.integrations.idempotency.IdempotencyMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "config.context.brand",
                "config.context.store",
                "config.context.navigation",
            ],
            "builtins": ["core.kernel.templatetags.ui", "template_partials.templatetags.partials"],
        },
    }
]

# --- Data ------------------------------------------------------------------------------------


def database(url: str) -> dict[str, Any]:
    """Django's settings for a `postgres://user:password@host:port/name` URL."""
    parts = urlsplit(url)
    return {
        "ENGINE": "tenants.backend",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        # A backend keeps catalogue memory for every table it ever touched: recycle it.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # No limit is set here for the migrations' sake: the web and the worker set theirs.
        "OPTIONS": {"connect_timeout": 5},
    }


DATABASES = {
    "default": database(os.environ.get("DATABASE_URL", "postgres://smartseller@127.0.0.1:5432/smartseller"))
}
# A copy that reports may read (tenants.replica). It refuses writes, whatever it is.
if REPLICA_URL := os.environ.get("REPLICA_URL", ""):
    DATABASES["replica"] = database(REPLICA_URL)
    DATABASES["replica"]["OPTIONS"] = {"connect_timeout": 2, "options": "-c default_transaction_read_only=on"}
# Nothing is read from a copy that is further behind, nor for so long after one has written oneself.
REPLICA_LAG_SECONDS = 5
REPLICA_OWN_WRITES_SECONDS = 10
# The role that tables belong to, where it is not the one that logs in: see tenants.privileges.
DATABASE_OWNER_ROLE = os.environ.get("DATABASE_OWNER_ROLE", "")
DATABASE_ROUTERS = ["tenants.replica.ReplicaRouter", "django_tenants.routers.TenantSyncRouter"]
# Whether the database is a Citus cluster, in which each store's schema is a shard (tenants.citus).
CITUS = os.environ.get("CITUS", "") == "1"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TENANT_MODEL = "tenants.Store"
TENANT_DOMAIN_MODEL = "tenants.Hostname"
PUBLIC_SCHEMA_NAME = "public"
TENANT_LIMIT_SET_CALLS = False

# Run, in this order, when a new store's schema is ready. Each is safe to run twice.
STORE_SETUP = [
    "billing.services.start_trial",
    "core.kernel.setup.prepare",
    "core.inventory.setup.prepare",
    "core.shipping.setup.prepare",
    "core.payments.setup.prepare",
    "storefront.setup.prepare",
]

# How many ready schemas wait for stores to come: as many sign up in a rush without a wait for tables.
STORE_POOL_SIZE = int(os.environ.get("STORE_POOL_SIZE", "8"))
# Triggers by which a store may differ from the template, such as those of an operator's own replication.
TOLERATED_TRIGGERS: list[str] = []

# Run by `manage.py setup` when the public schema is at head.
PLATFORM_SETUP = ["billing.services.load_plans"]

# What shoppers see of a store stands in these tables, by the part of the shop that a write changes: pages
# that are kept for everybody end with it (tenants.shop_state). A page may be kept that reads no other table.
SHOP_TABLES = {
    **dict.fromkeys(
        (
            "catalog_brand",
            "catalog_category",
            "catalog_media",
            "catalog_option",
            "catalog_optionvalue",
            "catalog_product",
            "catalog_slugredirect",
            "catalog_variant",
            "kernel_storeprofile",
            "payments_paymentmethod",
            "storefront_homesection",
            "storefront_page",
            "storefront_theme",
        ),
        "shop",
    ),
    "inventory_location": "stock",
    "inventory_stockitem": "stock",
}
# How long a kept page lives when nothing changes (0: none is kept). It bounds how old a page can be whose
# change Redis missed.
PAGE_SECONDS = int(os.environ.get("PAGE_SECONDS", "300"))

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
# A Redis that hangs must cost a request little: all that it keeps can be found elsewhere, or is refused.
REDIS_PATIENCE: dict[str, Any] = {
    "socket_timeout": 1.0,
    "socket_connect_timeout": 1.0,
    # A connection that broke is opened anew; a silence is not waited for twice.
    "retry": Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
}


def _cache(prefix: str, **more: Any) -> dict[str, Any]:
    return {
        "BACKEND": "tenants.caches.BoundedRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": prefix,
        "OPTIONS": {"serializer": "tenants.caches.JsonSerializer", **REDIS_PATIENCE},
        **more,
    }


CACHES = {
    # `default` belongs to the store that is being served, and refuses to work outside one.
    "default": _cache("store", KEY_FUNCTION="tenants.caches.store_key"),
    "platform": _cache("platform"),
    # Login and sign-up limits count over all hosts, or an attacker would spread over them.
    "security": _cache("security"),
}

# --- Sessions and accounts ---------------------------------------------------------------------
SESSION_ENGINE = "tenants.session_store"
SESSION_CACHE_ALIAS = "platform"
SESSION_COOKIE_NAME = "sid"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# A log-in ends after two weeks, and before that when nobody used it for half a day; in the console, where
# every store can be seen, for half an hour (its log-ins last eight hours: tenants.console).
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_IDLE_SECONDS = {"PLATFORM": 12 * 3600, "DASHBOARD": 12 * 3600, "CONSOLE": 30 * 60}
CSRF_COOKIE_NAME = "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "tenants.refusals.csrf_failure"

AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "tenants.hashers.FrugalArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "tenants.passwords.OwnWordsValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/stores/"
ACCOUNT_ADAPTER = "tenants.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
# Whoever changes how one logs in shows again who they are.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# A mail about every change of password, address or second factor.
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_ADAPTER = "tenants.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = BRAND_NAME

# --- Language and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Bahasa Indonesia")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "templates" / "locale"]
LANGUAGE_COOKIE_NAME = "lang"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"

# --- Files ----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BUILD_DIR / "staticfiles"
STATICFILES_DIRS = [BUILD_DIR / "static"]
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", DATA_DIR / "media"))
STORAGES = {
    "default": {"BACKEND": "core.kernel.files.StoreStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# Archives that sellers fetch, and backups: folders that web and workers share, the latter on another disk.
ARCHIVE_DIR = Path(os.environ.get("ARCHIVE_DIR", DATA_DIR / "archives"))
BACKUP_DIR = Path(os.environ.get("BACKUP_DIR", DATA_DIR / "backups"))
# The folder with pg_dump and pg_restore, where they are neither on PATH nor in the embedded server's wheel.
POSTGRES_PROGRAMS = os.environ.get("POSTGRES_PROGRAMS", "")
BACKUP_KEEP = {"daily": 7, "weekly": 4, "monthly": 6}
# How long a download can be fetched, a schema put aside is kept, and a deletion can be undone.
ARCHIVE_HOURS, ASIDE_DAYS, DELETION_DAYS = 24, 7, 30
# A folder of <name>.env: other deployments that stores can move to (tenants.moving). How long requests
# that had begun may take before a store is written down, and how long it is kept here after it moved.
MOVE_TARGETS = os.environ.get("MOVE_TARGETS", "")
MOVE_QUIET_SECONDS, MOVE_KEEP_DAYS = 15, 30

# --- Mail -------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", f"{BRAND_NAME} <no-reply@smartseller.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# A mail server that hangs must not hold a worker longer than its lease.
EMAIL_TIMEOUT = 30

# --- What operators see -----------------------------------------------------------------------------
# Metrics for Prometheus, on a port of their own (0: none). Processes that share a machine and a port also
# share the folder PROMETHEUS_MULTIPROC_DIR, in which they count.
METRICS_PORT = int(os.environ.get("METRICS_PORT") or 0)
METRICS_HOST = os.environ.get("METRICS_HOST", "127.0.0.1")
# Whether this process also reads gauges from the database: one process of a deployment is enough.
METRICS_READINGS = os.environ.get("METRICS_READINGS", "1") == "1"
# Files whose end or age is told: certificates that the operator brings, and what a finished backup touches.
CERTIFICATES = os.environ.get("CERTIFICATES", "").split()
BACKUP_MARKS = os.environ.get("BACKUP_MARKS", "").split()
# Called when a process begins that serves or works until it is told to stop.
ON_START = ["config.watch.exposition.start"]
# Called before a process forks others: what it has loaded, they share.
BEFORE_FORK = "config.preloading.load"
# Reports of errors; none without a DSN.
SENTRY_DSN = os.environ.get("SENTRY_DSN", "")
ENVIRONMENT = os.environ.get("ENVIRONMENT", "production")
RELEASE = os.environ.get("RELEASE", "")

# --- Providers ----------------------------------------------------------------------------------------
FAKES_URL = os.environ.get("FAKES_URL", "")
# Keys that seal the secrets sellers entrust to us, newest first: "id:base64-of-32-bytes,...".
SEALING_KEYS = os.environ.get("SEALING_KEYS", "")
# Whether webhooks may go to this machine itself: for development and tests only.
WEBHOOKS_MAY_LOOP_BACK = False

# Whom to tell about a weakness: a `mailto:` or `https:` address. Stands in /.well-known/security.txt.
SECURITY_CONTACT = os.environ.get("SECURITY_CONTACT", "mailto:security@smartseller.example")

# --- Security headers -----------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"store": {"()": "tenants.logs.StoreFilter"}},
    "formatters": {
        "line": {
            "()": "config.watch.logs.RedactedLine",
            "format": "%(asctime)s %(levelname)s %(name)s store=%(store)s work=%(work)s %(message)s",
        },
        "json": {"()": "config.watch.logs.JsonLine"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            # Production writes `json`.
            "formatter": os.environ.get("LOG_FORMAT", "line"),
            "filters": ["store"],
        },
    },
    # Stripe's package tells of each request with its address.
    "loggers": {"stripe": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
}
