"""The stage and the cast of every test.

Two stores, `kopi` and `batik`, are provisioned once by the product's own code, so their rows have equal
primary keys: exactly where a leak would be silent. Sari owns kopi, Budi packs for kopi, Tono owns batik and
must always be refused.
"""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import Client, TransactionTestCase
from redis import Redis

from billing.services import start_trial
from core.integrations import services as integrations
from tenants import context, provisioning, schemas, work
from tenants.archive import importing
from tenants.models import HostKind, Job, Membership, Role, SpareSchema, Store, User
from tenants.permissions import SYSTEM, Permission
from tenants.sessions import AUDIENCE
from tests.canaries import WatchedClient, _no_canary_escapes, plant, plant_duty

__all__ = ["_no_canary_escapes"]
PASSWORD = "kata-sandi-panjang"
CAST = {"kopi": ("Kopi Senja", "sari"), "batik": ("Batik Laras", "tono")}


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: object,
    django_db_keepdb: bool,
) -> Iterator[None]:
    """One database per worker: public at head, two stores provisioned by the product's own code."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    test_settings = connection.settings_dict.setdefault("TEST", {})
    test_settings["NAME"] = f"test_{connection.settings_dict['NAME']}{worker}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _make_database(django_db_keepdb)
        caches["platform"].clear()
        call_command("setup", verbosity=0)
        for slug, (name, owner) in CAST.items():
            _open_store(slug, name, owner)
        lay_tripwires()
        plant(Store.objects.get(slug="batik"))
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():  # type: ignore[attr-defined]
            connection.close()
            connection.creation._destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def _make_database(keep: bool) -> None:
    name = connection.creation._create_test_db(verbosity=0, autoclobber=True, keepdb=keep)
    connection.close()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def _open_store(slug: str, name: str, owner: str) -> None:
    if Store.objects.filter(slug=slug).exists():
        return
    user = User.objects.create_user(f"{owner}@example.com", PASSWORD, name=owner.title())
    provisioning.open_store(owner=user, name=name, slug=slug)
    work.work_until_idle()


_TRIPWIRE = """
CREATE OR REPLACE FUNCTION public.tests_refuse_foreign_writes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('app.expected_schema', true) IS DISTINCT FROM TG_TABLE_SCHEMA THEN
        RAISE EXCEPTION 'a write into % while % was meant', TG_TABLE_SCHEMA,
            current_setting('app.expected_schema', true);
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
"""
_TABLES = """
SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables
WHERE schemaname = ANY(%s) AND tablename <> 'django_migrations'
"""


def lay_tripwires() -> None:
    """Let the database itself refuse a write into a store that is not the one in force."""
    schemas_of_stores = list(Store.objects.values_list("schema_name", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_TRIPWIRE)
        cursor.execute(_TABLES, [schemas_of_stores])
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER tests_tripwire BEFORE INSERT OR UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION public.tests_refuse_foreign_writes()"
            )


@cache
def _first_numbers(schema_name: str) -> str:
    """The statement that lets a store count on from the rows that every test finds.

    Sequences do not roll back: without this, rows of later tests would have keys that the other store's
    rows have not, and a leak would show less often.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, sequencename, COALESCE(last_value, 0) FROM pg_sequences "
            "WHERE schemaname = %s",
            [schema_name],
        )
        return "SELECT " + ", ".join(
            f'setval(\'"{schema}"."{name}"\', {last + 1}, false)' for schema, name, last in cursor.fetchall()
        )


def _store(slug: str) -> Store:
    return Store.objects.get(slug=slug)


# DELETE, for TRUNCATE writes new files for every table and index of a store, which takes a hundred times as
# long. As a replica, since some tables refuse to forget.
_EMPTY = """
SET session_replication_role = replica;
DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT tablename FROM pg_tables
        WHERE schemaname = '{schema}' AND tablename <> 'django_migrations' LOOP
        EXECUTE format('DELETE FROM {schema}.%I', found.tablename);
    END LOOP;
    PERFORM setval(format('{schema}.%I', sequencename), start_value, false) FROM pg_sequences
        WHERE schemaname = '{schema}' AND sequencename <> 'django_migrations_id_seq';
END $$;
SET session_replication_role = DEFAULT;
"""


def _reset(case: TransactionTestCase) -> None:
    """After a test that really commits: both stores as new, nothing else left.

    Django would truncate every public table, the two stores included.
    """
    context.enter(None)
    connection.close()
    Job.objects.all().delete()
    for extra in Store.objects.exclude(slug__in=CAST):
        schemas.drop(extra.schema_name)
        importing.erase(extra)
    for spare in SpareSchema.objects.all():
        schemas.drop(spare.schema_name)
        spare.delete()
    User.objects.exclude(email__in=[f"{owner}@example.com" for _, owner in CAST.values()]).delete()
    kopi, batik = Store.objects.order_by("-slug")
    # A test may have granted more or less, or sold a plan: both begin their trials anew.
    _forget_money()
    Store.objects.filter(pk__in=[kopi.pk, batik.pk]).update(entitlements={})
    kopi.entitlements = batik.entitlements = {}
    _empty(kopi)
    provisioning.prepare(kopi)
    if _state(batik.schema_name) != _planted.get(batik.schema_name):
        _empty(batik)
        provisioning.prepare(batik)
        plant(batik)
        _planted[batik.schema_name] = _state(batik.schema_name)
    start_trial(batik)
    Job.objects.all().delete()
    plant_duty(batik)


def _forget_money() -> None:
    """Empty every table of billing but those that `setup` fills."""
    kept = {"Plan", "AccessRule", "TaxRate", "AddOn", "Service", "CommissionTier"}
    tables = [
        model._meta.db_table
        for model in apps.get_app_config("billing").get_models()
        if model.__name__ not in kept
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica;"
            + "".join(f'DELETE FROM public."{table}";' for table in tables)
            + "SET session_replication_role = DEFAULT;"
        )


def _empty(store: Store) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY.format(schema=store.schema_name))


# What the other store's rows were when they were marked: hardly a test writes there, and marking takes long.
_planted: dict[str, str] = {}


def _state(schema_name: str) -> str:
    """Changes with every row of a store that is written, by the transaction that wrote it."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [schema_name])
        cursor.execute(" UNION ALL ".join(row for (row,) in cursor.fetchall()))
        return str(sorted(cursor.fetchall()))


_ROWS = """
SELECT format('SELECT %%L, count(*), sum(hashtext(ctid::text || xmin::text)) FROM %%I.%%I',
    tablename, schemaname, tablename) FROM pg_tables WHERE schemaname = %s
"""
TransactionTestCase._fixture_teardown = _reset  # type: ignore[method-assign]


@pytest.fixture
def kopi(db: None) -> Store:
    """Sari's coffee shop."""
    store = _store("kopi")
    with connection.cursor() as cursor:
        cursor.execute(_first_numbers(store.schema_name))
    return store


@pytest.fixture
def batik(db: None) -> Store:
    """Tono's batik shop: the other store."""
    return _store("batik")


@pytest.fixture
def store(kopi: Store) -> Iterator[Store]:
    """Inside kopi until the test ends."""
    with context.in_store(kopi):
        yield kopi


@pytest.fixture
def other_store(batik: Store) -> Store:
    """The store that must never be seen."""
    return batik


@pytest.fixture
def sari(db: None) -> User:
    """Owner of kopi."""
    with context.in_public():
        return User.objects.get(email="sari@example.com")


@pytest.fixture
def tono(db: None) -> User:
    """Owner of batik."""
    with context.in_public():
        return User.objects.get(email="tono@example.com")


@pytest.fixture
def member(kopi: Store) -> Callable[[str], User]:
    """Make a person with a role in kopi: `member(Role.WAREHOUSE)`."""

    def make(role: str) -> User:
        with context.in_public():
            user = User.objects.create_user(f"{role.lower()}@example.com", PASSWORD, name=role.title())
            Membership.objects.create(user=user, store=kopi, role=role)
            return user

    return make


@pytest.fixture
def budi(member: Callable[[str], User]) -> User:
    """Packs for kopi."""
    return member(Role.WAREHOUSE)


def client_at(host: str) -> Client:
    """A browser that talks to one host."""
    return WatchedClient(HTTP_HOST=host, SERVER_NAME=host, enforce_csrf_checks=False)


@pytest.fixture
def platform(db: None) -> Client:
    """A browser on the platform host, logged out."""
    return client_at(settings.PLATFORM_HOST)


@pytest.fixture
def shop(kopi: Store) -> Client:
    """A shopper's browser on kopi's storefront."""
    return client_at(f"kopi.{settings.STOREFRONT_SUFFIX}")


@pytest.fixture
def dashboard(kopi: Store) -> Callable[..., Client]:
    """A logged-in browser on a store's dashboard: `dashboard(sari)`, `dashboard(tono, batik)`."""

    def open_for(user: User, at: Store | None = None) -> Client:
        home = at or kopi
        client = client_at(f"{home.slug}.{settings.DASHBOARD_SUFFIX}")
        with context.in_public():
            session = SessionStore()
            session[SESSION_KEY] = str(user.pk)
            session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            session[AUDIENCE] = f"{HostKind.DASHBOARD}:{home.uid}"
            session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return client

    return open_for


@pytest.fixture
def api(kopi: Store) -> Client:
    """A program with a key that may do everything in kopi."""
    with context.in_store(kopi):
        _, key = integrations.create_key(name="Tests", scopes=list(Permission), actor=SYSTEM)
    client = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}")
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


@pytest.fixture(autouse=True)
def _fresh_hosts() -> None:
    """The host cache must not remember another test's rolled back rows."""
    redis = Redis.from_url(settings.REDIS_URL)
    if remembered := list(redis.scan_iter(match="platform:*host:*", count=1000)):
        redis.delete(*remembered)
