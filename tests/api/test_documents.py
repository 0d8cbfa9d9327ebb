"""The two OpenAPI documents say what somebody needs who has never seen this before."""

from collections.abc import Iterator
from typing import Any

import pytest

from config.api import dashboard_api, storefront_api

_BOTH = [
    pytest.param(api, prefix, id=prefix)
    for api, prefix in ((dashboard_api, "api/v1/"), (storefront_api, "api/storefront/v1/"))
]
pytestmark = pytest.mark.parametrize(("api", "prefix"), _BOTH)


def operations(api: Any, prefix: str) -> Iterator[dict[str, Any]]:
    document = api.get_openapi_schema(path_prefix=prefix)
    for methods in document["paths"].values():
        yield from methods.values()


def test_the_document_tells_the_ways_of_the_whole_api(api: Any, prefix: str):
    said = api.get_openapi_schema(path_prefix=prefix)["info"]["description"]

    for word in ("Idempotency-Key", "next", "application/problem+json", '"amount"'):
        assert word in said


def test_every_operation_says_what_it_does(api: Any, prefix: str):
    silent = [each["operationId"] for each in operations(api, prefix) if not each.get("description")]

    assert silent == []


def test_what_every_list_shares_is_explained(api: Any, prefix: str):
    silent = [
        (each["operationId"], parameter["name"])
        for each in operations(api, prefix)
        for parameter in each.get("parameters", [])
        if not parameter.get("description")
        and parameter["name"] in ("after", "limit", "product_id", "order_id")
    ]

    assert silent == []
