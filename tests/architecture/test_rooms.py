"""Where things live: apps, tables, keys between rooms, and doors."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.operation import Operation

from config.api import dashboard_api, storefront_api
from config.settings.apps import SHARED_APPS, TABLELESS_APPS, TENANT_APPS
from tenants.models import Store
from tenants.permissions import Permission
from tests.architecture.source import ROOT

LAYERS = [
    {"analytics", "notifications", "integrations"},
    {"checkout"},
    {"payments", "fulfilment"},
    {"orders"},
    {"inventory", "shipping"},
    {"catalog", "customers"},
    {"kernel"},
]
FIRST_PARTY = ("tenants", "billing", "core.", "channels", "storefront", "config.")


def test_every_app_is_in_exactly_one_list_and_has_a_folder():
    ours = [app for app in (*SHARED_APPS, *TENANT_APPS, *TABLELESS_APPS) if app.startswith(FIRST_PARTY)]
    folders = {f"core.{path.parent.name}" for path in (ROOT / "core").glob("*/apps.py")}

    assert len(ours) == len(set(ours))
    assert folders == {app for app in ours if app.startswith("core.")}
    assert all((ROOT / Path(*app.split("."))).is_dir() for app in ours)


def test_no_table_name_exists_in_public_and_in_a_store(kopi: Store):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' INTERSECT "
            "SELECT tablename FROM pg_tables WHERE schemaname = %s",
            [kopi.schema_name],
        )
        assert [row[0] for row in cursor.fetchall()] == ["django_migrations"]


def test_no_key_crosses_the_schema_line(kopi: Store):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint c JOIN pg_class a ON a.oid = c.conrelid "
            "JOIN pg_class b ON b.oid = c.confrelid WHERE contype = 'f' AND a.relnamespace <> b.relnamespace"
        )
        assert cursor.fetchall() == []


def test_a_store_stays_lean(kopi: Store):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE relkind = 'r'), count(*) FROM pg_class "
            "WHERE relnamespace = to_regnamespace(%s)",
            [kopi.schema_name],
        )
        tables, relations = cursor.fetchone()
    assert tables <= 80
    assert relations <= 450


def test_foreign_keys_follow_the_arrows():
    against = []
    for model in apps.get_models():
        if not model.__module__.startswith("core."):
            continue
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and not field.auto_created:
                target = field.related_model._meta.app_label  # type: ignore[union-attr]
                if not _may_point(model._meta.app_label, target):
                    against.append(f"{model.__name__}.{field.name} -> {target}")
    assert against == []


def _may_point(source: str, target: str) -> bool:
    if source == target:
        return True
    level = {name: number for number, names in enumerate(LAYERS) for name in names}
    return source in level and target in level and level[target] > level[source]


def test_no_ordering_is_implicit():
    assert [model.__name__ for model in apps.get_models() if _is_ours(model) and model._meta.ordering] == []


def _is_ours(model: type[models.Model]) -> bool:
    return model.__module__.startswith(FIRST_PARTY)


def _routes(patterns: list, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from _routes(entry.url_patterns, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry


@pytest.mark.parametrize("kind", ["PLATFORM", "CONSOLE", "DASHBOARD", "STOREFRONT"])
def test_every_page_declares_who_may_pass(kind: str):
    urlconf = importlib.import_module(getattr(settings, f"{kind}_URLCONF"))
    undeclared = [
        route
        for route, pattern in _routes(urlconf.urlpatterns)
        if not hasattr(pattern.callback, "door") and not _is_foreign(route, pattern)
    ]
    assert undeclared == []


def _is_foreign(route: str, pattern: URLPattern) -> bool:
    """allauth's views guard themselves; API operations have a test of their own."""
    return route.startswith("api/") or pattern.callback.__module__.startswith("allauth.")


@pytest.mark.parametrize("api", [dashboard_api, storefront_api], ids=lambda api: api.urls_namespace)
def test_every_api_operation_declares_who_may_call_it(api: NinjaAPI):
    operations = list(_operations(api))
    assert len(operations) > 10
    assert [one.operation_id for one in operations if not hasattr(one.view_func, "door")] == []


def test_every_operation_of_the_store_api_asks_for_a_key_and_a_permission():
    open_ = [
        one.operation_id
        for one in _operations(dashboard_api)
        if not one.auth_callbacks or not isinstance(one.view_func.door, Permission)
    ]
    assert open_ == []


def test_every_operation_has_a_name_of_its_own():
    names = [one.operation_id for api in (dashboard_api, storefront_api) for one in _operations(api)]
    assert None not in names
    assert len(names) == len(set(names))


def _operations(api: NinjaAPI) -> Iterator[Operation]:
    """Every operation as it is mounted, with the guards it inherits."""
    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            yield from view.operations
