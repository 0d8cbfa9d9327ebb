"""What processes share is there before they are forked, and nothing of it is an open connection."""

import gc
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.template import engines
from django.urls import get_resolver

from config import preloading
from config.launch.environment import ROOT
from core.kernel import region_index


@pytest.fixture(autouse=True)
def connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mock]:
    """The suite's own connection stays open, and its garbage is collected."""
    closed = Mock()
    monkeypatch.setattr(preloading, "connections", closed)
    yield closed
    gc.unfreeze()


def test_every_address_is_known_before_the_fork(connections: Mock):
    preloading.load()

    assert all(get_resolver(urlconf)._populated for urlconf in preloading._URLCONFS)
    assert gc.get_freeze_count() > 100_000
    connections.close_all.assert_called_once_with()


def test_no_shopper_waits_for_regions_or_templates():
    preloading.load_for_web()

    assert len(region_index._built) == 1
    page = engines["django"].get_template("storefront/default/product.html")
    assert page is not None


def test_pages_that_are_loaded_lie_where_the_settings_say():
    (folder,) = settings.TEMPLATES[0]["DIRS"]
    assert len([*Path(folder).rglob("*.html")]) > 200


@pytest.mark.parametrize("place", ["docker/Dockerfile", "config/launch/__main__.py"])
def test_the_web_is_started_in_the_same_way_everywhere(place: str):
    assert '"-m", "config.preloaded_granian"' in (ROOT / place).read_text()
