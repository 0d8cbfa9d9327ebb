"""T-NAME: a schema's name is never anybody's text (A09). T-RAW: no statement names a schema (A10)."""

import re
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tenants import context, provisioning
from tenants.errors import CommerceError
from tenants.models import Store, User
from tenants.slugs import RESERVED, SlugRefused, check
from tests.architecture.source import files, name_of
from tests.isolation.conftest import Play
from tests.isolation.places import filled
from tests.isolation.table import rows

OPAQUE = re.compile(r"s_[a-z2-7]{16}")
# Rooms of the platform that make and move schemas.
MAY_NAME_SCHEMAS = ("tenants/", "config/embedded/")


@hypothesis_settings(
    max_examples=1_000,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(name=st.text(max_size=60), slug=st.one_of(st.text(max_size=45), st.from_regex(r"[a-z0-9-]{3,12}")))
@example(name='x"; DROP SCHEMA public CASCADE; --', slug="kopi-x")
@example(name="s_aaaaaaaaaaaaaaaa", slug="public")
@example(name="pg_catalog", slug="pg-catalog")
@example(name="C2", slug="C2")
def test_no_text_of_a_sign_up_gets_into_the_name_of_a_schema(sari: User, name: str, slug: str):
    mark = transaction.savepoint()
    try:
        store = provisioning.open_store(owner=sari, name=name.replace("\x00", "")[:80], slug=slug)
        assert OPAQUE.fullmatch(store.schema_name)
        assert re.fullmatch(r"[a-z0-9](-?[a-z0-9])*", store.slug)
    except CommerceError:
        pass
    finally:
        transaction.savepoint_rollback(mark)


@pytest.mark.parametrize("slug", sorted(RESERVED))
def test_a_reserved_address_is_refused(slug: str):
    with pytest.raises(SlugRefused):
        check(slug.upper())


@pytest.mark.parametrize(
    "slug", ["kopı", "кофе", "kopi\u200b", "ｋｏｐｉ", "xn--kopi", "-kopi", "ko--pi", "a/b", "ko pi"]
)
def test_an_address_that_is_no_plain_label_is_refused(slug: str):
    with pytest.raises(SlugRefused):
        check(slug)


@pytest.mark.parametrize(
    "name", ["kopi", "S_AAAAAAAAAAAAAAAA", "s_aaaaaaaaaaaaaaa", 's_"; DROP SCHEMA x; --', ""]
)
def test_the_database_itself_refuses_another_name(kopi: Store, name: str):
    with pytest.raises(DatabaseError), transaction.atomic():
        Store.objects.filter(pk=kopi.pk).update(schema_name=name)


def test_no_statement_of_a_page_names_a_schema(play: Play):
    """Every list and form of the dashboard and the shop, as the owner and a shopper see them."""
    said: list[str] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, told: Any) -> Any:
        said.append(f"{sql} {params}")
        return execute(sql, params, many, told)

    with connection.execute_wrapper(listen):
        for row in rows("DASHBOARD", "STOREFRONT"):
            if "GET" in row.methods and "<" not in row.address:
                play.crowd[row.kind][0].fresh().get(filled(row.address, play.things))

    assert len(said) > 250
    for store in (play.kopi, play.batik):
        assert [sql for sql in said if store.schema_name in sql and "search_path" not in sql] == []


def test_only_the_platform_writes_sql_that_names_a_schema():
    found = [
        name_of(path)
        for path in files()
        if re.search(r"schema_name\}\"?\.|SET search_path|SET SCHEMA", path.read_text())
        and not name_of(path).startswith(MAY_NAME_SCHEMAS)
    ]
    assert found == []


def test_nothing_resets_what_the_backend_has_set():
    """A raw RESET or DISCARD would take the path away behind the backend's back (A02)."""
    found = [name_of(path) for path in files() if re.search(r"\b(RESET ALL|DISCARD ALL)\b", path.read_text())]
    assert found == []
    with context.in_public():
        assert connection.schema_name == "public"
