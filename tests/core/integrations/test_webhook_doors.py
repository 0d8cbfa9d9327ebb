"""The pages and operations of webhooks: who may, what they show, what they refuse."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.integrations.event_types import EventType
from core.integrations.models import WebhookDelivery, WebhookEndpoint
from tenants import context
from tenants.models import Role, Store, User
from tests.factories.webhooks import ENDPOINT, add_endpoint, delivery

PAGE = "/settings/webhooks/"
API = "/api/v1/webhooks"
TOLD = [{"at": "2026-11-25T10:00:00+00:00", "milliseconds": 31, "status": 500, "answer": "<b>no</b>"}]


@pytest.fixture
def desk(sari: User, dashboard: Callable[..., Client]) -> Client:
    return dashboard(sari)


@pytest.fixture
def row(kopi: Store) -> WebhookEndpoint:
    with context.in_store(kopi):
        return add_endpoint()[0]


def test_an_owner_adds_a_webhook_and_sees_its_secret_once(kopi: Store, desk: Client):
    made = desk.post(f"{PAGE}new/", {"url": ENDPOINT, "event_types": ["order.paid", "order.placed"]})
    with context.in_store(kopi):
        row = WebhookEndpoint.objects.get()
    again = desk.get(f"{PAGE}{row.public_id}/")

    assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
    assert "whsec_" in made.content.decode()
    assert "whsec_" not in again.content.decode()
    assert row.event_types == ["order.paid", "order.placed"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"url": "http://10.0.0.1/"}, "url"), ({"event_types": []}, "event_types"), ({"url": ""}, "url")],
)
def test_a_form_that_does_not_fit_comes_back_as_typed(
    kopi: Store, desk: Client, fields: dict[str, Any], wrong: str
):
    typed = {"url": ENDPOINT, "event_types": ["order.paid"], "description": "Buku kas", **fields}
    answer = desk.post(f"{PAGE}new/", typed)

    assert answer.status_code == 422
    assert wrong in answer.context["form"].errors
    assert "Buku kas" in answer.content.decode()
    with context.in_store(kopi):
        assert WebhookEndpoint.objects.count() == 0


def test_a_webhook_is_changed_paused_resumed_and_removed(kopi: Store, desk: Client, row: WebhookEndpoint):
    here = f"{PAGE}{row.public_id}/"
    seen = []
    for step, fields in (
        ("edit/", {"url": "https://new.example.com/", "event_types": ["stock.low"]}),
        ("pause/", {}),
        ("resume/", {}),
        ("remove/", {}),
    ):
        assert desk.post(here + step, fields).status_code == 302
        with context.in_store(kopi):
            row.refresh_from_db()
            seen.append((row.url, row.state))

    new = "https://new.example.com/"
    assert seen == [(new, "ACTIVE"), (new, "PAUSED"), (new, "ACTIVE"), (new, "REMOVED")]
    assert desk.get(here).status_code == 200


def test_the_log_shows_answers_as_text_and_what_comes_next(kopi: Store, desk: Client, row: WebhookEndpoint):
    with context.in_store(kopi):
        delivery(row, tries=TOLD, attempts=1, next_at=timezone.now() + timedelta(hours=3))
        delivery(row, tries=[{**TOLD[0], "status": None, "failure": "TIME", "answer": ""}], state="FAILED")
    page = desk.get(f"{PAGE}{row.public_id}/")
    log = desk.get(f"{PAGE}{row.public_id}/?state=FAILED", headers={"hx-request": "true"})

    assert "&lt;b&gt;no&lt;/b&gt;" in page.content.decode()
    assert len(page.context["log"]) == 2
    assert page.context["refresh_url"] == ""
    assert log.content.decode().count("<details") == 1
    assert "<html" not in log.content.decode()


def test_a_test_is_looked_after_until_its_answer_is_there(kopi: Store, desk: Client, row: WebhookEndpoint):
    desk.post(f"{PAGE}{row.public_id}/ping/")
    page = desk.get(f"{PAGE}{row.public_id}/")

    assert page.context["refresh_url"]
    with context.in_store(kopi):
        assert WebhookDelivery.objects.get().event_type == "webhook.ping"


def test_notices_are_sent_again_from_the_page(kopi: Store, desk: Client, row: WebhookEndpoint):
    with context.in_store(kopi):
        one, two = (delivery(row, state="FAILED") for _ in range(2))
    desk.post(f"{PAGE}{row.public_id}/log/{one.public_id}/")
    bad = desk.post(f"{PAGE}{row.public_id}/replay/", {"hours": "5"})
    with context.in_store(kopi):
        assert list(WebhookDelivery.objects.filter(state="FAILED")) == [two]
    desk.post(f"{PAGE}{row.public_id}/replay/", {"hours": "24"})

    assert bad.status_code == 422
    with context.in_store(kopi):
        assert WebhookDelivery.objects.filter(state="WAITING").count() == 2


def test_nothing_is_sent_again_from_the_page_of_a_paused_webhook(
    kopi: Store, desk: Client, row: WebhookEndpoint
):
    with context.in_store(kopi):
        one = delivery(row, state="FAILED")
    desk.post(f"{PAGE}{row.public_id}/pause/")
    for step in (f"log/{one.public_id}/", "replay/"):
        assert desk.post(f"{PAGE}{row.public_id}/{step}", {"hours": "24"}).status_code == 302
    with context.in_store(kopi):
        assert WebhookDelivery.objects.get().state == "FAILED"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OWNER, Role.ADMIN}))
def test_only_owners_and_admins_see_webhooks(
    role: str, member: Callable[[str], User], dashboard: Callable[..., Client], row: WebhookEndpoint
):
    browser = dashboard(member(role))
    assert browser.get(PAGE).status_code == 403
    assert browser.post(f"{PAGE}{row.public_id}/pause/").status_code == 403


def test_the_other_stores_webhook_is_not_there(batik: Store, desk: Client, api: Client):
    with context.in_store(batik):
        theirs, _secret = add_endpoint("https://batik.example.com/")
        sent = delivery(theirs)
    assert desk.get(f"{PAGE}{theirs.public_id}/").status_code == 404
    assert desk.post(f"{PAGE}{theirs.public_id}/remove/").status_code == 404
    assert api.get(f"{API}/{theirs.public_id}").status_code == 404
    assert api.post(f"/api/v1/webhook-deliveries/{sent.public_id}/replay").status_code == 404
    assert api.delete(f"{API}/{theirs.public_id}").status_code == 404


@pytest.mark.parametrize("place", ["list", "detail"])
def test_a_page_asks_as_often_for_many_rows_as_for_one(kopi: Store, desk: Client, place: str):
    with context.in_store(kopi):
        row, _secret = add_endpoint()
        delivery(row, tries=TOLD)
    address = PAGE if place == "list" else f"{PAGE}{row.public_id}/"
    desk.get(address)
    with CaptureQueriesContext(connection) as one:
        desk.get(address)
    with context.in_store(kopi):
        for number in range(9):
            add_endpoint(f"https://hooks{number}.example.com/")
            delivery(row, tries=TOLD)
    with CaptureQueriesContext(connection) as many:
        desk.get(address)

    assert len(many) == len(one) <= 8


# The API


def sent(client: Client, method: str, address: str, body: Any = None) -> Any:
    return getattr(client, method)(address, body or {}, content_type="application/json")


def test_a_program_makes_lists_changes_and_removes_webhooks(api: Client):
    made = sent(api, "post", API, {"url": ENDPOINT, "event_types": ["order.placed"]})
    here = f"{API}/{made.json()['id']}"
    edited = sent(api, "patch", here, {"event_types": ["stock.low"]}).json()
    listed = api.get(f"{API}?limit=1").json()
    gone = api.delete(here)

    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    assert (edited["event_types"], edited["url"]) == (["stock.low"], ENDPOINT)
    assert [each["id"] for each in listed["items"]] == [edited["id"]]
    assert "secret" not in edited
    assert (gone.status_code, api.get(here).json()["state"]) == (204, "REMOVED")
    assert api.get(API).json()["items"] == []
    assert sent(api, "post", f"{here}/pause").json()["code"] == "webhook_removed"


@pytest.mark.parametrize(
    "body",
    [
        {"url": "http://example.com/", "event_types": ["order.placed"]},
        {"url": "https://169.254.169.254/", "event_types": ["order.placed"]},
        {"url": ENDPOINT, "event_types": []},
        {"url": ENDPOINT, "event_types": ["webhook.ping"]},
        {"url": ENDPOINT, "event_types": ["order.placed"], "state": "PAUSED"},
    ],
)
def test_a_program_is_refused_what_a_person_is(kopi: Store, api: Client, body: dict[str, Any]):
    assert sent(api, "post", API, body).status_code == 422
    with context.in_store(kopi):
        assert WebhookEndpoint.objects.count() == 0


def test_a_program_pauses_tests_resumes_and_rotates(kopi: Store, api: Client, row: WebhookEndpoint):
    here = f"{API}/{row.public_id}"
    assert sent(api, "post", f"{here}/pause").json()["pause_reason"] == "BY_HAND"
    assert sent(api, "post", f"{here}/ping").json()["state"] == "WAITING"
    assert sent(api, "post", f"{here}/resume").json()["state"] == "ACTIVE"
    assert sent(api, "post", f"{here}/secret").json()["secret"].startswith("whsec_")


def test_a_program_reads_the_log_and_has_it_told_again(kopi: Store, api: Client, row: WebhookEndpoint):
    with context.in_store(kopi):
        lost = delivery(row, state="FAILED", tries=TOLD, attempts=1, last_status=500)
        delivery(row, event_type=EventType.STOCK_LOW, state="DELIVERED")
    here = f"{API}/{row.public_id}"
    [found] = api.get(f"{here}/deliveries?state=FAILED").json()["items"]
    since = (timezone.now() - timedelta(hours=1)).isoformat()

    assert (found["id"], found["tries"][0]["status"]) == (lost.public_id, 500)
    assert len(api.get(f"{here}/deliveries?limit=1").json()["items"]) == 1
    assert sent(api, "post", f"{here}/replay", {"since": since}).json() == {"count": 1}
    again = sent(api, "post", f"/api/v1/webhook-deliveries/{lost.public_id}/replay")
    assert again.json()["state"] == "WAITING"
    assert api.get(f"/api/v1/webhook-deliveries/{lost.public_id}").json()["attempts"] == 1


def test_the_document_names_every_type(api: Client):
    operation = api.get("/api/v1/openapi.json").json()["paths"][API]["post"]
    assert [each for each in EventType if f"`{each}`" not in operation["description"]] == []
