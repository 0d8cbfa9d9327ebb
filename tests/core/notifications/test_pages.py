"""The pages and the API of messages: who may look, and who gets which mails."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail as outbox
from django.test import Client
from django.utils import timezone

from core.notifications import selectors
from core.notifications import services as notifications
from core.notifications.kinds import KINDS
from core.notifications.models import Message, MutedMail
from core.orders.models import Order
from tenants import context
from tenants.models import Role, Store, User
from tests.factories.orders import placed_order

Browser = Callable[..., Client]
PAGES = ["/settings/messages/", "/settings/messages/sent/", "/settings/messages/preview/order_placed/"]


@pytest.fixture
def told(kopi: Store) -> Message:
    """A message to a shopper, waiting."""
    with context.in_store(kopi):
        order = placed_order(email="dewi@example.com", placed_at=timezone.now())
        notifications.announce(kind="order_placed", source_id=order.pk, now=timezone.now())
        return Message.objects.get(recipient="dewi@example.com")


def muted(kopi: Store) -> set[tuple[str, str]]:
    with context.in_store(kopi):
        return set(MutedMail.objects.values_list("member_id", "kind"))


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_are_for_those_who_edit_settings(
    path: str, sari: User, tono: User, member: Callable[[str], User], dashboard: Browser
):
    assert dashboard(sari).get(path).status_code == 200
    assert dashboard(member(Role.ORDERS)).get(path).status_code == 403
    assert dashboard(tono).get(path).status_code == 302


def test_an_owner_mutes_a_mail_for_a_packer(kopi: Store, sari: User, budi: User, dashboard: Browser):
    saved = dashboard(sari).post(f"/settings/messages/staff/{budi.uid}/", {"wanted": ["staff_stock_low"]})

    assert saved.status_code == 302
    assert muted(kopi) == {(str(budi.uid), "staff_order_placed"), (str(budi.uid), "staff_order_paid")}
    with context.in_store(kopi):
        assert selectors.readers(KINDS["staff_order_placed"]) == [sari.email]


def test_a_mail_that_the_role_does_not_allow_is_refused(
    kopi: Store, sari: User, member: Callable[[str], User], dashboard: Browser
):
    catalogue = member(Role.CATALOGUE)

    answer = dashboard(sari).post(
        f"/settings/messages/staff/{catalogue.uid}/", {"wanted": ["staff_order_placed"]}
    )

    assert answer.status_code == 422
    assert muted(kopi) == set()


def test_nobody_of_another_store_can_be_chosen(kopi: Store, sari: User, tono: User, dashboard: Browser):
    assert dashboard(sari).post(f"/settings/messages/staff/{tono.uid}/", {}).status_code == 404
    assert muted(kopi) == set()


def test_a_packer_chooses_their_own_mails(kopi: Store, budi: User, dashboard: Browser):
    browser = dashboard(budi)

    assert browser.get("/settings/messages/mine/").status_code == 200
    assert browser.post("/settings/messages/mine/", {"wanted": ["staff_order_placed"]}).status_code == 302
    assert muted(kopi) == {(str(budi.uid), "staff_order_paid"), (str(budi.uid), "staff_stock_low")}
    assert browser.post("/settings/messages/mine/", {"wanted": ["order_placed"]}).status_code == 422
    assert len(muted(kopi)) == 2


def test_a_preview_is_a_mail_in_a_frame_that_runs_nothing(sari: User, dashboard: Browser):
    browser = dashboard(sari)

    frame = browser.get("/settings/messages/preview/order_placed/mail/?language=en")

    assert "Kopi Senja" in frame.content.decode()
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "script-src" not in frame.headers["Content-Security-Policy"]
    assert browser.get("/settings/messages/preview/unknown/").status_code == 404


def test_the_list_shows_what_went_to_whom(told: Message, sari: User, dashboard: Browser):
    browser = dashboard(sari)

    assert "dewi@example.com" in browser.get("/settings/messages/sent/").content.decode()
    assert "dewi@example.com" in browser.get("/settings/messages/sent/?q=DEWI").content.decode()
    assert "dewi@example.com" not in browser.get("/settings/messages/sent/?state=SENT").content.decode()
    assert browser.get("/settings/messages/sent/?state=NONSENSE").status_code == 422
    assert browser.get("/settings/messages/sent/?q=%00").status_code == 200


def test_the_list_costs_the_same_for_one_message_and_for_many(
    kopi: Store, sari: User, dashboard: Browser, django_assert_max_num_queries: Any
):
    with context.in_store(kopi):
        for _number in range(12):
            order = placed_order(email="dewi@example.com", placed_at=timezone.now())
            notifications.announce(kind="order_placed", source_id=order.pk, now=timezone.now())
    browser = dashboard(sari)
    browser.get("/settings/messages/sent/")

    with django_assert_max_num_queries(8):
        page = browser.get("/settings/messages/sent/")
    assert page.content.decode().count("dewi@example.com") == 12


def test_the_timeline_of_an_order_can_ask_for_its_messages(kopi: Store, told: Message):
    with context.in_store(kopi):
        assert [message.kind for message in selectors.messages_about(told.about)] == ["order_placed"]
        assert selectors.messages_about("SO-9999") == []


def test_the_api_lists_messages_and_changes_who_gets_what(
    kopi: Store, told: Message, budi: User, api: Client
):
    listed = api.get("/api/v1/messages?q=dewi").json()
    changed = api.put(
        f"/api/v1/staff-mails/{budi.uid}", {"wanted": ["staff_order_paid"]}, content_type="application/json"
    )

    assert [(row["kind"], row["state"]) for row in listed["items"]] == [("order_placed", "WAITING")]
    assert changed.json()["wanted"] == ["staff_order_paid"]
    assert len(api.get("/api/v1/staff-mails").json()["items"]) == 2
    assert len(api.get("/api/v1/mail-kinds").json()["items"]) == len(KINDS)
    assert "Kopi Senja" in api.get("/api/v1/mail-kinds/order_paid/preview").json()["html"]


@pytest.mark.parametrize("wanted", [["order_placed"], ["staff_order_paid\x00"], "all", [1], ["x"] * 41])
def test_a_choice_that_makes_no_sense_changes_nothing(kopi: Store, budi: User, api: Client, wanted: Any):
    answer = api.put(f"/api/v1/staff-mails/{budi.uid}", {"wanted": wanted}, content_type="application/json")

    assert answer.status_code == 422
    assert muted(kopi) == set()


def test_a_message_that_waits_is_not_sent_twice_by_the_api(told: Message, api: Client):
    assert api.post(f"/api/v1/messages/{told.public_id}/again").status_code == 409
    assert api.post("/api/v1/messages/msg_unknown/again").status_code == 404
    assert outbox.outbox == []


def test_the_order_page_shows_what_was_written_about_it(
    kopi: Store, told: Message, sari: User, dashboard: Browser
):
    with context.in_store(kopi):
        public_id = Order.objects.get(number=told.about).public_id

    page = dashboard(sari).get(f"/orders/{public_id}/").content.decode()

    assert page.count("dewi@example.com") >= 1
    assert "messages-title" in page
