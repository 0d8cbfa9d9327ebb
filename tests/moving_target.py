"""Settings of a second deployment, with names, keys and files of its own: stores of the tests move there."""

from config.settings.test import *  # noqa: F403

SECRET_KEY = "only-for-tests-elsewhere"
SEALING_KEYS = "there:dGhlLW90aGVyLWRlcGxveW1lbnRzLWtleS1mb3ItdXM="
PLATFORM_HOST = "lain.localhost"
DASHBOARD_SUFFIX = "app.lain.localhost"
STOREFRONT_SUFFIX = "shop.lain.localhost"
