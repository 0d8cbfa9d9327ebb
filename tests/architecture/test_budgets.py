"""What a shopper's phone has to fetch before a page works: the budgets of the look."""

import gzip
from pathlib import Path

from django.conf import settings

STATIC = Path(settings.BUILD_DIR) / "static"


def _gzipped(name: str) -> int:
    return len(gzip.compress((STATIC / name).read_bytes(), 9))


def test_storefront_css_is_at_most_25_kb() -> None:
    assert _gzipped("css/storefront.css") <= 25_000


def test_storefront_scripts_are_at_most_40_kb_with_htmx() -> None:
    assert _gzipped("js/store.js") + _gzipped("vendor/htmx.min.js") <= 40_000


def test_dashboard_css_is_at_most_40_kb() -> None:
    assert _gzipped("css/dashboard.css") <= 40_000
