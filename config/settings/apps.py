"""Which app lives where. A test compares both lists with the folders, so they are the architecture."""

# Tables of these apps exist once, in the schema `public`.
SHARED_APPS = [
    "django_tenants",
    "tenants",
    "billing",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "anymail",
    "csp",
    "django_htmx",
    "template_partials",
]

# Tables of these apps exist once per store, in the store's own schema.
TENANT_APPS = [
    "core.kernel",
    "core.catalog",
    "core.customers",
    "core.inventory",
    "core.shipping",
    "core.orders",
    "core.payments",
    "core.fulfilment",
    "core.checkout",
    "core.notifications",
    "core.integrations",
    "storefront",
]

# Apps without tables: they only read, and bring commands, handlers or template tags.
TABLELESS_APPS = ["core.analytics", "config.demo", "config.watch"]
