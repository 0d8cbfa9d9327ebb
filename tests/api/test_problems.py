"""Every refusal of the two APIs is a problem document, in the caller's language, kept by nobody."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from ninja import NinjaAPI

from config.api import dashboard_api, storefront_api
from core.integrations import services as integrations
from tenants import context
from tenants.models import Store
from tenants.permissions import SYSTEM, Permission
from tests.conftest import client_at

SHOP = "/api/storefront/v1"
STORE = "/api/v1"
JSON = {"content_type": "application/json"}
FACTS = {"type", "title", "status", "code", "detail"}
DEEP = "[" * 100_000


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """The document, after checking all that must hold for every refusal."""
    told = response.json()
    assert (response.status_code, told["status"], told["code"]) == (status, status, code)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert told.keys() - {"errors"} == FACTS
    assert all(told.values())
    return told


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("get", "/nowhere", None, 404, "not_found"),
        ("get", "/products/none", None, 404, "not_found"),
        ("get", "/products/a%00b", None, 404, "not_found"),
        ("get", "/products/%FF", None, 422, "invalid_input"),
        ("delete", "/products", None, 405, "method_not_allowed"),
        ("get", "/products?limit=0", None, 422, "invalid_input"),
        ("get", "/products?limit=x", None, 422, "invalid_input"),
        ("get", f"/products?limit={'9' * 5000}", None, 422, "invalid_input"),
        ("get", "/products?after=bm9uZQ", None, 422, "invalid_input"),
        ("get", "/search?q=%00", None, 422, "invalid_input"),
        ("get", f"/search?q={'x' * 201}", None, 422, "invalid_input"),
        ("post", "/carts", "{", 400, "unreadable"),
        ("post", "/carts", "NaN", 400, "unreadable"),
        ("post", "/carts", b'"\xff"', 400, "unreadable"),
        ("post", "/carts", DEEP, 400, "unreadable"),
        ("post", "/carts", '"text"', 422, "invalid_input"),
        ("post", "/carts", '{"lines": 1}', 422, "invalid_input"),
        ("post", "/carts", '{"colour": 1}', 422, "invalid_input"),
        ("post", "/carts", r'{"lines": "\u0000"}', 422, "invalid_input"),
        ("post", "/carts", r'{"lines": "\ud800"}', 422, "invalid_input"),
        ("post", "/carts", '{"lines": [{"variant_id": "x", "quantity": 1e400}]}', 422, "invalid_input"),
        ("post", "/carts", " " * 10_000_000, 413, "too_large"),
        ("post", "/carts/none/lines", '{"variant_id": "x"}', 404, "not_found"),
    ],
)
def test_bad_calls_of_a_shopper_are_problem_documents(
    shop: Client, method: str, path: str, body: Any, status: int, code: str
):
    answer = getattr(shop, method)(f"{SHOP}{path}", **({"data": body, **JSON} if body else {}))

    refused(answer, status, code)


def test_a_body_that_is_no_json_by_its_own_word_is_not_read(shop: Client):
    answer = shop.post(f"{SHOP}/carts", {"lines": "[]"})

    refused(answer, 415, "wrong_content_type")


def test_a_refused_method_says_which_ones_there_are(shop: Client):
    assert shop.delete(f"{SHOP}/products").headers["Allow"] == "GET"


@pytest.mark.parametrize("bearer", ["", "Bearer ssk_wrong", "Bearer ", "Basic c2FyaQ=="])
def test_without_a_key_nothing_is_told(kopi: Store, bearer: str):
    stranger = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}")

    answer = stranger.get(f"{STORE}/stock", headers={"Authorization": bearer})

    refused(answer, 401, "login_needed")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_key_that_may_too_little_is_refused(kopi: Store):
    with context.in_store(kopi):
        _, key = integrations.create_key(name="Kasir", scopes=[Permission.VIEW_ORDERS], actor=SYSTEM)
    program = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}")

    answer = program.get(f"{STORE}/stock", headers={"Authorization": f"Bearer {key}"})

    refused(answer, 403, "permission_refused")


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("en", "Not found"),
        ("en-GB,en;q=0.9,id;q=0.1", "Not found"),
        ("fr, en;q=0.2", "Not found"),
    ],
)
def test_a_refusal_speaks_the_callers_language(shop: Client, asked: str, title: str):
    answer = shop.get(f"{SHOP}/products/none", headers={"Accept-Language": asked})

    assert answer.json()["title"] == title
    assert answer.headers["Content-Language"] == "en"


@pytest.mark.parametrize("asked", ["", "id-ID", "fr", "*", "\x00", "x" * 10_000])
def test_without_a_language_we_know_it_is_the_stores(shop: Client, asked: str):
    answer = shop.get(f"{SHOP}/products/none", headers={"Accept-Language": asked})

    assert answer.headers["Content-Language"] == "id"


def test_each_wrong_field_is_named_where_it_stands(shop: Client):
    body = {"lines": [{"variant_id": "UPPER", "quantity": 0, "colour": "red"}]}

    answer = shop.post(f"{SHOP}/carts", json.dumps(body), **JSON, headers={"Accept-Language": "en"}).json()

    assert {row["field"]: row["message"] for row in answer["errors"]} == {
        "lines.0.variant_id": "This text does not have the expected form.",
        "lines.0.quantity": "Ensure this value is greater than or equal to 1.",
        "lines.0.colour": "This field is not known.",
    }


def test_pages_keep_the_language_the_reader_chose(shop: Client):
    assert shop.get("/", headers={"Accept-Language": "en"}).headers["Content-Language"] == "id"


def test_two_shapes_of_one_name_stay_apart_in_the_document():
    document = dashboard_api.get_openapi_schema(path_prefix="api/v1/")
    shapes = document["components"]["schemas"]

    order = shapes["OrderOut"]["properties"]["payment_state"]["$ref"].rsplit("/", 1)[1]

    assert "UNPAID" in shapes[order]["enum"]
    assert document["paths"]["/api/v1/stock"]["get"]["responses"]["4XX"]["content"].keys() == {
        "application/problem+json"
    }


@pytest.mark.parametrize("api", [dashboard_api, storefront_api])
def test_every_reference_of_a_document_leads_somewhere(api: NinjaAPI):
    document = json.dumps(api.get_openapi_schema(path_prefix=""), default=str)

    asked = set(re.findall(r'"\$ref": "#/components/schemas/(\w+)"', document))

    assert asked <= json.loads(document)["components"]["schemas"].keys()
