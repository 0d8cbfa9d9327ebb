"""Both APIs under generated calls: whatever is sent, they do what their OpenAPI documents say.

Each operation gets a few generated calls, half of them valid, half of them wrong. A wider run:
`FUZZ_EXAMPLES=500 make test` or `FUZZ_EXAMPLES=500 pytest tests/api/test_schemathesis.py -k create_product`.
"""

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from ninja import NinjaAPI
from ninja.responses import NinjaJSONEncoder
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from config.api import dashboard_api, storefront_api
from core.integrations import services as integrations
from tenants import context
from tenants.models import Store
from tenants.permissions import SYSTEM, Permission
from tests.api.stage import known_ids
from tests.canaries import CANARY
from tests.conftest import client_at

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "12"))
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
_AN_ID = {None: "x", "uuid": "00000000-0000-4000-8000-000000000000"}
QUICKLY = hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=EXAMPLES <= 25,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def operations(api: NinjaAPI, prefix: str) -> list[Any]:
    """Every operation of an API's document, to be called inside this process.

    The key is always sent and always right, so the document says nothing about it here.
    """
    document = json.loads(json.dumps(api.get_openapi_schema(path_prefix=prefix), cls=NinjaJSONEncoder))
    document["components"].pop("securitySchemes", None)
    for path in document["paths"].values():
        for described in path.values():
            described.pop("security", None)
    schema = schemathesis.openapi.from_dict(document)
    schema.app = get_wsgi_application()
    found = [result.ok() for result in schema.get_all_operations()]
    return [pytest.param(each, id=each.definition.raw["operationId"]) for each in found]


STORE = operations(dashboard_api, "api/v1/")
SHOP = operations(storefront_api, "api/storefront/v1/")


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Real calls close old connections around themselves; these run inside the test's transaction."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def ids(kopi: Store) -> dict[str, list[str]]:
    """Name of a path parameter -> values that exist in kopi."""
    with context.in_store(kopi):
        return known_ids()


@pytest.fixture
def bearer(kopi: Store) -> str:
    """A key that may do everything in kopi."""
    with context.in_store(kopi):
        return integrations.create_key(name="Fuzz", scopes=list(Permission), actor=SYSTEM)[1]


@pytest.mark.parametrize("operation", STORE)
def test_the_stores_api_does_what_it_says(operation: APIOperation, ids: dict, bearer: str):
    headers = {"Host": f"kopi.{settings.DASHBOARD_SUFFIX}", "Authorization": f"Bearer {bearer}"}

    fuzz(operation, ids, headers)


@pytest.mark.parametrize("operation", SHOP)
def test_the_storefronts_api_does_what_it_says(operation: APIOperation, ids: dict):
    fuzz(operation, ids, {"Host": f"kopi.{settings.STOREFRONT_SUFFIX}"})


@pytest.mark.parametrize("operation", STORE)
def test_a_key_of_the_other_store_opens_nothing(operation: APIOperation, batik: Store, kopi: Store):
    with context.in_store(batik):
        _, key = integrations.create_key(name="Tono", scopes=list(Permission), actor=SYSTEM)
    program = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}")

    answer = plain_call(program, operation, headers={"Authorization": f"Bearer {key}"})

    assert (answer.status_code, answer.json()["code"]) == (401, "login_needed")


def plain_call(program: Client, operation: APIOperation, **options: Any) -> Any:
    """The operation with nothing in it."""
    formats = {each["name"]: each["schema"].get("format") for each in operation.definition.raw["parameters"]}
    path = re.sub(r"{([^}]+)}", lambda name: _AN_ID[formats[name[1]]], operation.path)
    return program.generic(operation.method.upper(), path, "{}", "application/json", **options)


def fuzz(operation: APIOperation, ids: dict[str, list[str]], headers: dict[str, str]) -> None:
    """Call one operation with generated input; nothing that a call changes outlives it."""

    @QUICKLY
    @given(case=cases(operation), pick=st.integers(0, 2**16))
    def run(case: Case, pick: int) -> None:
        aim(case, ids, pick)
        with undone():
            response = case.call(headers=headers)
        # No gateway answers here, and an operation that asks one may say so; nothing else may break.
        assert response.status_code < 500 or response.status_code == 503, response.text
        case.validate_response(response, checks=CHECKS)
        assert CANARY.lower() not in response.content.decode(errors="replace").lower()

    run()


def cases(operation: APIOperation) -> st.SearchStrategy[Case]:
    return st.one_of(
        operation.as_strategy(GenerationMode.POSITIVE), operation.as_strategy(GenerationMode.NEGATIVE)
    )


def aim(case: Case, ids: dict[str, list[str]], pick: int) -> None:
    """Let most valid calls hit something that exists."""
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE or pick % 4 == 0:
        return
    for name in case.path_parameters:
        there = ids.get(name)
        if there:
            case.path_parameters[name] = there[pick % len(there)]


class undone:
    """Rolls back whatever happens inside."""

    def __enter__(self) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()

    def __exit__(self, *failure: Any) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)
