"""The design and the texts of a shop, by API."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from core.integrations import services as integrations
from storefront import selectors
from storefront.models import Page, Theme
from tenants import context
from tenants.models import Store
from tenants.permissions import SYSTEM, Permission
from tests.conftest import client_at
from tests.factories.catalog import picture_file

API = "/api/v1"


@pytest.fixture
def call(api: Client) -> Callable[..., Any]:
    """`call("patch", "/theme", {...})`"""

    def send(how: str, path: str, body: Any = None) -> Any:
        content = "" if body is None else json.dumps(body)
        return api.generic(how.upper(), f"{API}{path}", content, "application/json")

    return send


def test_a_theme_is_changed_for_shoppers_at_once(call: Callable[..., Any], shop: Client):
    answer = call("patch", "/theme", {"preset": "GALERI", "announcement": "Libur"})

    assert (answer.status_code, answer.json()["preset"]) == (200, "GALERI")
    assert call("get", "/theme").json() == answer.json()
    assert "Libur" in shop.get("/").content.decode()


def test_a_choice_is_given_back_to_the_preset_with_null(call: Callable[..., Any]):
    call("patch", "/theme", {"corner": "SQUARE", "primary_color": "#7A1F3D"})

    answer = call("patch", "/theme", {"corner": None}).json()

    assert (answer["corner"], answer["primary_color"]) == ("", "#7a1f3d")


def test_changing_nothing_is_fine(call: Callable[..., Any]):
    assert call("patch", "/theme", {}).status_code == 200


def test_a_draft_is_drawn_previewed_published_and_undone(call: Callable[..., Any], shop: Client):
    before = call("get", "/theme").json()
    draft = call("patch", "/theme/draft", {"announcement": "Libur"}).json()
    assert call("get", "/theme").json() == before

    seen = "/" + call("post", "/theme/draft/preview").json()["url"].split("/", 3)[3]
    assert "Libur" in shop.get(seen).content.decode()
    assert call("post", "/theme/publish").json() == draft
    assert len(call("get", "/theme/versions").json()["items"]) == 2
    assert call("post", "/theme/undo").json() == before


def test_nothing_to_publish_and_nothing_to_undo_are_refused(call: Callable[..., Any]):
    published, undone = call("post", "/theme/publish"), call("post", "/theme/undo")

    assert (published.status_code, published.json()["code"]) == (409, "nothing_to_publish")
    assert (undone.status_code, undone.json()["code"]) == (409, "nothing_to_undo")


def test_a_draft_is_discarded(call: Callable[..., Any]):
    call("patch", "/theme/draft", {"announcement": "Libur"})

    assert call("delete", "/theme/draft").status_code == 204
    assert call("get", "/theme/draft").json()["announcement"] == ""


def test_a_front_page_is_put_together(call: Callable[..., Any]):
    sections = [{"kind": "TEXT", "title": "Halo"}, {"kind": "NEWEST", "is_shown": False}]

    answer = call("patch", "/theme", {"sections": sections}).json()

    assert [(row["kind"], row["title"], row["is_shown"]) for row in answer["sections"]] == [
        ("TEXT", "Halo", True),
        ("NEWEST", "", False),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"preset": "NEON"},
        {"primary_color": "#ffe08a"},
        {"primary_color": "red"},
        {"announcement": "x" * 121},
        {"sections": [{"kind": "HTML"}]},
        {"sections": [{"kind": "TEXT"}] * 13},
        {"sections": [{"kind": "TEXT", "id": "sec_1"}] * 2},
        {"logo": "theme/x.webp"},
        {"preset": None},
    ],
)
def test_what_could_not_be_shown_changes_nothing(call: Callable[..., Any], kopi: Store, body: Any):
    answer = call("patch", "/theme", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    with context.in_store(kopi):
        assert selectors.draft() is None
        assert Theme.objects.get().preset == "PASAR"


def test_a_logo_is_uploaded_shown_and_removed(api: Client, call: Callable[..., Any], shop: Client):
    drafted = api.post(f"{API}/theme/draft/logo", {"file": picture_file()}).json()
    call("post", "/theme/publish")

    assert drafted["logo"] in shop.get("/").content.decode()
    assert call("delete", "/theme/draft/logo").json()["logo"] == ""


def test_a_logo_that_is_no_picture_is_refused(api: Client):
    broken = picture_file()
    broken.file.truncate(100)

    answer = api.post(f"{API}/theme/draft/logo", {"file": broken})

    assert (answer.status_code, answer.json()["code"]) == (422, "image_broken")


def test_a_page_lives_and_dies(call: Callable[..., Any], shop: Client):
    made = call("post", "/pages", {"title": "Ukuran", "body": "## Kemeja"})
    page = made.json()

    assert (made.status_code, page["url"]) == (201, "/pages/ukuran/")
    assert "Kemeja" in shop.get(page["url"]).content.decode()
    edited = call("patch", f"/pages/{page['id']}", {"is_published": False}).json()
    assert (edited["body"], edited["is_published"]) == ("## Kemeja", False)
    assert call("get", f"/pages/{page['id']}").json() == edited
    assert call("delete", f"/pages/{page['id']}").status_code == 204
    assert call("get", f"/pages/{page['id']}").status_code == 404


def test_pages_are_listed_and_ordered(call: Callable[..., Any]):
    ids = [row["id"] for row in call("get", "/pages").json()["items"]]

    answer = call("put", "/pages/order", {"page_ids": ids[::-1]})

    assert [row["id"] for row in answer.json()["items"]] == ids[::-1]


def test_a_key_without_the_permission_sees_and_changes_nothing(kopi: Store):
    with context.in_store(kopi):
        scopes = [each for each in Permission if each != Permission.EDIT_STOREFRONT]
        _, key = integrations.create_key(name="Kasir", scopes=scopes, actor=SYSTEM)
    program = client_at(f"kopi.{settings.DASHBOARD_SUFFIX}")
    headers = {"Authorization": f"Bearer {key}"}

    assert program.get(f"{API}/theme", headers=headers).status_code == 403
    assert program.delete(f"{API}/theme/draft", headers=headers).status_code == 403


def test_a_page_of_the_other_store_is_not_there(call: Callable[..., Any], batik: Store):
    with context.in_store(batik):
        Page.objects.filter(slug="kontak").update(public_id="pag_only_in_batik")

    assert call("get", "/pages/pag_only_in_batik").status_code == 404
    assert call("delete", "/pages/pag_only_in_batik").status_code == 404
