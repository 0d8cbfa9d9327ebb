"""The database itself keeps what only grows from being changed by the product."""

from collections.abc import Iterator

import pytest
from django.db import ProgrammingError, connection, transaction

from core.inventory.models import StockMovement
from core.kernel import audit, audit_chain
from tenants import context, privileges, schemas
from tenants.models import PlatformAct, Store
from tenants.permissions import SYSTEM
from tests.factories.inventory import stock


def sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def owner(db: None, settings) -> str:
    """A role that owns what is made from now on."""
    name = connection.settings_dict["NAME"]
    sql(
        "CREATE ROLE tests_owner NOLOGIN",
        f'GRANT CREATE ON DATABASE "{name}" TO tests_owner',
        "GRANT CREATE ON SCHEMA public TO tests_owner",
    )
    settings.DATABASE_OWNER_ROLE = "tests_owner"
    return "tests_owner"


@pytest.fixture
def as_product(kopi: Store) -> Iterator[Store]:
    """Inside kopi, as a role that owns nothing and was granted what the product gets."""
    sql("CREATE ROLE tests_product NOLOGIN")
    for schema in ("public", kopi.schema_name):
        sql(*privileges.statements(schema, "tests_product"))
    with context.in_store(kopi):
        sql("SET ROLE tests_product")
        yield kopi
        sql("RESET ROLE")


def refused(statement: str) -> bool:
    try:
        with transaction.atomic():
            sql(statement)
    except ProgrammingError as refusal:
        return "permission denied" in str(refusal) or "must be owner" in str(refusal)
    return False


@pytest.mark.parametrize("table", ["kernel_auditentry", "kernel_auditlink", "inventory_stockmovement"])
def test_what_only_grows_can_be_neither_changed_nor_emptied(as_product: Store, table: str):
    column = "hash" if table == "kernel_auditlink" else "actor_name"

    assert refused(f"UPDATE {table} SET {column} = 'x'")
    assert refused(f"DELETE FROM {table}")
    assert refused(f"TRUNCATE {table} CASCADE")
    assert refused(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    assert refused(f"DROP TABLE {table} CASCADE")
    sql(f"SELECT count(*) FROM {table}")


def test_acts_of_the_platform_stay_as_they_were_written(as_product: Store):
    assert refused("UPDATE public.tenants_platformact SET reason = 'x'")
    assert refused("DELETE FROM public.tenants_platformact")
    with context.in_public():
        PlatformAct.objects.update(store=None)


def test_the_product_works_without_those_rights(as_product: Store):
    item = stock(on_hand=5)
    audit.write(actor=SYSTEM, action="test.done", subject="test", subject_id="1")
    context.run_last_acts()

    assert StockMovement.objects.filter(stock_item=item).count() == 1
    assert list(audit_chain.broken_links()) == []


def test_a_new_store_belongs_to_the_owner_and_is_granted(owner: str):
    name = schemas.new_schema_name()

    schemas.make(name)
    schemas.furnish(name)

    login = connection.settings_dict["USER"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = %s", [name])
        assert cursor.fetchall() == [(owner,)]
        cursor.execute("SELECT current_user = session_user")
        assert cursor.fetchone() == (True,)
    assert f"{login}=arwd/{owner}" in rights(f"{name}.orders_order")
    assert f"{login}=ar/{owner}" in rights(f"{name}.kernel_auditentry")


def rights(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relacl::text FROM pg_class WHERE oid = to_regclass(%s)", [table])
        return str(cursor.fetchone()[0])


def test_every_table_that_only_grows_is_there(kopi: Store):
    with connection.cursor() as cursor:
        for table in privileges.APPEND_ONLY:
            cursor.execute(
                "SELECT count(*) FROM pg_tables WHERE tablename = %s AND schemaname IN (%s, 'public')",
                [table, kopi.schema_name],
            )
            assert cursor.fetchone() == (1,), table


def test_without_an_owner_nothing_is_granted(kopi: Store, django_assert_num_queries):
    with django_assert_num_queries(0):
        privileges.grant(kopi.schema_name)
