"""Settings of what `make chaos` breaks: as `make run`, with short leases and armed failpoints."""

import os

from config.settings.dev import *  # noqa: F403
from config.settings.dev import STORAGES  # type: ignore[attr-defined]

FAILPOINTS_ALLOWED = True
STORE_POOL_SIZE = 2
WORK_LEASE_SECONDS = 4
WORK_POLL_SECONDS = 0.5
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ.get("MAIL_PORT", "25"))
EMAIL_TIMEOUT = 2
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
