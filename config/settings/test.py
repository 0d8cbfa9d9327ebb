"""The test-suite: real PostgreSQL and Redis, quick hashing, mail in memory."""

import os
import tempfile
from pathlib import Path

from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS, STORAGES

DEBUG = False
DEVELOPMENT = True
SECRET_KEY = "only-for-tests"  # noqa: S105
SEALING_KEYS = "test:dGVzdC1rZXktb25seS1mb3ItdGhlLXRlc3Qtc3VpdGU="
INSTALLED_APPS = [*INSTALLED_APPS, "config.demo"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WEBHOOKS_MAY_LOOP_BACK = True
# Tests that take cards name the address of their own fake.
STRIPE_API_BASE, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET = "http://127.0.0.1:9", "", ""
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A test asks faster than anybody may; the tests of the limits set their own.
FAIR_SHARES = {}
WORK_PROCESSES = 4
# Tests of the pool fill it themselves; the tripwires of tests/conftest.py are no part of a store.
STORE_POOL_SIZE = 0
TOLERATED_TRIGGERS = ["tests_tripwire"]
DATA_DIR = Path(os.environ.get("TEST_DATA_DIR") or tempfile.mkdtemp(prefix="smartseller-test-"))
MEDIA_ROOT = DATA_DIR / "media"
ARCHIVE_DIR = DATA_DIR / "archives"
BACKUP_DIR = DATA_DIR / "backups"
EMAIL_FILE_PATH = DATA_DIR / "mail"
LOCAL_DOMAIN_SUFFIX = "localhost"
LOCAL_DNS_FILE = DATA_DIR / "dns.txt"
DOMAIN_RESOLVERS = "tenants.domains.resolvers.local"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
PLATFORM_SELLER = {
    "name": "PT Lapak Pintar Indonesia",
    "npwp": "0123456789012000",
    "address": "Jl. Medan Merdeka Timur 1, Jakarta Pusat 10110",
    "email": "billing@smartseller.example",
}
PLATFORM_BANK_ACCOUNTS = ["BCA 5550123456 PT Lapak Pintar Indonesia"]
MIDTRANS_PLATFORM_SERVER_KEY = "SB-Mid-server-platform"
