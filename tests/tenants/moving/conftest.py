"""A store to move, and a second deployment with a database of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from core.kernel import sealing
from core.payments.models import PaymentMethod
from tenants import context, provisioning, work
from tenants.archive import places
from tenants.models import (
    Hostname,
    Membership,
    ReleasedDomain,
    Role,
    Store,
    StoreArchive,
    StoreDeletion,
    StoreKey,
    StoreMove,
    User,
)
from tenants.moving import targets
from tenants.moving.targets import Target
from tests.architecture.source import ROOT
from tests.factories.catalog import make_product
from tests.factories.orders import placed_order


@dataclass(frozen=True)
class There:
    """The second deployment, seen from outside."""

    url: str
    folder: Path
    file: Path

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg2.connect(self.url) as line, line.cursor() as cursor:
            cursor.execute(statement, values or None)
            found = cursor.fetchall()
        line.close()
        return found

    def do(self, statement: str) -> None:
        """Something that happens there."""
        with psycopg2.connect(self.url) as line, line.cursor() as cursor:
            cursor.execute(statement)
        line.close()

    def schemas(self) -> set[str]:
        return {name for (name,) in self.rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 's\\_%'")}

    def media(self) -> dict[str, bytes]:
        root = self.folder / "media"
        return {str(each.relative_to(root)): each.read_bytes() for each in root.rglob("*") if each.is_file()}


@pytest.fixture(scope="session")
def second(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> There:
    """Set up as an operator would: a new database, then `manage.py setup`."""
    folder = tmp_path_factory.mktemp("elsewhere")
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = f"elsewhere_{connection.settings_dict['NAME']}"
    line = psycopg2.connect(os.environ["DATABASE_URL"])
    line.autocommit = True
    with line.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    line.close()
    url = urlunsplit(parts._replace(path=f"/{name}"))
    redis = os.environ["REDIS_URL"].rpartition("/")[0]
    file = folder / "lain.env"
    file.write_text(
        "# The other deployment.\n"
        f"DATABASE_URL={url}\nREDIS_URL={redis}/15\nTEST_DATA_DIR={folder}\n"
        "DJANGO_SETTINGS_MODULE=tests.moving_target\n"
    )
    there = There(url, folder, file)
    target = Target("lain", {})
    lines = (line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
    environment = {**targets.environment_of(target), **dict(lines)}
    subprocess.run([sys.executable, "manage.py", "setup"], cwd=ROOT, env=environment, check=True)
    return there


@pytest.fixture
def there(second: There, settings, tmp_path: Path) -> Iterator[There]:
    """The second deployment, empty again afterwards."""
    settings.MOVE_TARGETS = str(second.folder)
    settings.MOVE_QUIET_SECONDS = 0
    settings.ARCHIVE_DIR, settings.BACKUP_DIR = tmp_path / "archives", tmp_path / "backups"
    settings.MEDIA_ROOT = tmp_path / "media"
    yield second
    for model in (StoreMove, StoreDeletion, StoreArchive, StoreKey, ReleasedDomain):
        model.objects.all().delete()
    for name in second.schemas():
        second.do(f'DROP SCHEMA "{name}" CASCADE')
    for path in (second.folder / "media").glob("*"):
        shutil.rmtree(path)
    second.do(
        "DELETE FROM tenants_job; DELETE FROM tenants_storemove; DELETE FROM tenants_domainclaim; "
        "DELETE FROM tenants_hostname; DELETE FROM tenants_invitation; DELETE FROM tenants_membership; "
        "DELETE FROM billing_usage; DELETE FROM billing_subscription; DELETE FROM tenants_platformact; "
        "DELETE FROM tenants_externalaccount; DELETE FROM account_emailaddress; "
        "DELETE FROM tenants_store; DELETE FROM tenants_user"
    )


@pytest.fixture
def teh(sari: User, kopi: Store, there: There, member: Callable[[str], User]) -> Store:
    """A store with goods, an order, a picture, a sealed secret, a helper and a domain of its own."""
    store = provisioning.open_store(owner=sari, name="Teh Sari", slug="teh")
    work.work_until_idle()
    store.refresh_from_db()
    Membership.objects.create(user=member(Role.WAREHOUSE), store=store, role=Role.WAREHOUSE)
    Hostname.objects.create(name="teh.example", kind="STOREFRONT", store=store, verified_at=timezone.now())
    with context.in_store(store):
        make_product("Teh Melati")
        placed_order()
        places.keep_media("originals/one.jpg", ContentFile(b"picture one"))
        method = PaymentMethod.objects.order_by("pk")[0]
        method.credentials = sealing.seal({"server_key": "very-secret"}, place=method.place)
        method.save(update_fields=["credentials"])
        caches["default"].set("something", 1)
    work.work_until_idle()
    return store
