"""T-MEDIA: a store's files are opened by that store only, whatever the address looks like (A23)."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from core.kernel import files
from tenants import context
from tenants.models import Store
from tests.conftest import client_at

FOLDERS = ("products", "media", "theme", "originals", "exports")


@pytest.fixture(params=FOLDERS)
def foreign(request: pytest.FixtureRequest, batik: Store) -> Iterator[str]:
    """The storage key of a file of batik."""
    with context.in_store(batik):
        key = default_storage.save(files.new_key(request.param, ".webp"), ContentFile(b"RIFF of batik"))
    yield key
    with context.in_store(batik):
        default_storage.delete(key)


ADDRESSES: list[Callable[[str], str]] = [
    lambda key: key.partition("/")[2],
    lambda key: key,
    lambda key: f"../{key}",
    lambda key: f"products/../../{key}",
    lambda key: f"products/%2e%2e/%2e%2e/{key}",
    lambda key: f"products/%252e%252e/%252e%252e/{key}",
    lambda key: f"products/..%2f..%2f{key}",
    lambda key: f"products\\..\\..\\{key}",
    lambda key: f"/{key}",
    lambda key: f"{settings.MEDIA_ROOT}/{key}",
    lambda key: f"%2f{settings.MEDIA_ROOT}/{key}",
    lambda key: f"products/./../..//{key}",
    lambda key: f"{key}%00.webp",
]


@pytest.mark.parametrize("number", range(len(ADDRESSES)))
def test_no_address_leads_to_a_file_of_the_other_store(kopi: Store, shop: Client, foreign: str, number: int):
    answer = shop.get(f"/media/{ADDRESSES[number](foreign)}")

    assert answer.status_code in {400, 404}
    assert b"of batik" not in answer.content


def test_its_own_store_shows_it_where_it_is_public(batik: Store, foreign: str):
    _uid, folder, name = foreign.split("/")
    answer = client_at(f"batik.{settings.STOREFRONT_SUFFIX}").get(f"/media/{folder}/{name}")

    assert answer.status_code == (200 if folder in {"products", "media", "theme"} else 404)


@pytest.mark.parametrize("act", ["open", "exists", "delete", "size", "path"])
def test_the_storage_itself_refuses_the_other_store(kopi: Store, batik: Store, foreign: str, act: str):
    with context.in_store(kopi):
        for key in (foreign, f"{kopi.uid}/../{foreign}"):
            with pytest.raises(SuspiciousFileOperation):
                getattr(default_storage, act)(key)
        with pytest.raises(SuspiciousFileOperation):
            default_storage.save(foreign, ContentFile(b"of kopi"))
    with context.in_store(batik):
        assert default_storage.open(foreign).read() == b"RIFF of batik"


@pytest.mark.parametrize("host", ["PLATFORM_HOST", "CONSOLE_HOST"])
def test_the_platform_serves_no_files_of_stores(foreign: str, host: str):
    assert client_at(getattr(settings, host)).get(f"/media/{foreign}").status_code == 404


def test_the_dashboard_serves_no_files_of_stores(kopi: Store, foreign: str):
    """What sellers upload is never on the origin that staff are logged in to."""
    answer = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}").get(f"/media/{foreign}")

    assert answer.status_code == 404
