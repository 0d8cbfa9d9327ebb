"""How a store is paid: pages and API, with a real fake provider, and keys that nobody sees again."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from core.kernel import profile, sealing
from core.payments import services
from core.payments.models import BankAccount, PaymentMethod
from tenants import context
from tenants.models import Role, Store, User
from tenants.permissions import SYSTEM
from tests.factories.payments import SERVER_KEY, method
from tests.fakes.midtrans import FakeMidtrans
from tests.fakes.server import FakeServer, FaultKind

pytestmark = pytest.mark.usefixtures("store")
ACCOUNT = {"bank": "BCA", "number": "123 456-7890", "holder": "Kopi Senja"}
KEYS = {"server_key": SERVER_KEY, "mode": "sandbox"}
JSON = "application/json"


@pytest.fixture
def desk(sari: User, dashboard: Callable[..., Client]) -> Client:
    """Sari's browser."""
    return dashboard(sari)


@pytest.fixture
def midtrans(settings: LazySettings) -> Iterator[FakeMidtrans]:
    """The provider."""
    fake = FakeMidtrans(minute=0.01)
    with FakeServer({"midtrans": fake}) as server:
        settings.FAKES_URL = server.url
        yield fake


def row(code: str) -> PaymentMethod:
    return PaymentMethod.objects.get(code=code)


def text(page: Any) -> str:
    return page.content.decode()


def test_a_new_store_sees_three_ways_to_pay(desk: Client):
    page = text(desk.get("/payments/"))

    assert [code for code in ("MIDTRANS", "MANUAL_TRANSFER", "COD") if f'data-sort-id="{code}"' in page] == [
        "MIDTRANS",
        "MANUAL_TRANSFER",
        "COD",
    ]


def test_a_transfer_needs_an_account_first(desk: Client):
    refused = desk.post("/payments/methods/MANUAL_TRANSFER/switch/", {"is_enabled": "1"})
    before = row("MANUAL_TRANSFER").is_enabled
    desk.post("/payments/accounts/add/", ACCOUNT)
    desk.post("/payments/methods/MANUAL_TRANSFER/switch/", {"is_enabled": "1"})

    assert refused.headers["Location"] == "/payments/methods/MANUAL_TRANSFER/"
    assert (before, row("MANUAL_TRANSFER").is_enabled) == (False, True)
    assert BankAccount.objects.get().number == "1234567890"


def test_without_a_last_account_transfers_end(desk: Client):
    method("MANUAL_TRANSFER")

    desk.post(f"/payments/accounts/{BankAccount.objects.get().public_id}/remove/")

    assert (BankAccount.objects.count(), row("MANUAL_TRANSFER").is_enabled) == (0, False)


@pytest.mark.parametrize(
    "change",
    [
        {"bank": ""},
        {"number": "12"},
        {"number": "abc"},
        {"number": "1" * 31},
        {"holder": "a\x00"},
        {"holder": ""},
    ],
    ids=str,
)
def test_a_wrong_account_is_not_kept(desk: Client, change: dict):
    page = desk.post("/payments/accounts/add/", {**ACCOUNT, "bank": "Bank Saya", **change})

    assert (page.status_code, BankAccount.objects.count()) == (422, 0)
    assert "bank" in change or "Bank Saya" in text(page)


def test_keys_are_tried_kept_sealed_and_never_shown(desk: Client, midtrans: FakeMidtrans):
    answer = desk.post("/payments/methods/MIDTRANS/connect/", KEYS)
    page = text(desk.get("/payments/methods/MIDTRANS/"))

    kept = row("MIDTRANS")
    assert (answer.status_code, kept.is_enabled, kept.is_live) == (302, True, False)
    assert sealing.unseal(kept.credentials, place=kept.place)["server_key"] == SERVER_KEY
    assert SERVER_KEY not in page
    assert SERVER_KEY not in kept.credentials
    assert f"/hooks/midtrans/{kept.endpoint_id}/" in page


def test_keys_that_open_nothing_are_refused_and_not_shown(desk: Client, midtrans: FakeMidtrans):
    page = desk.post("/payments/methods/MIDTRANS/connect/", {**KEYS, "server_key": "rahasia-salah"})

    assert (page.status_code, row("MIDTRANS").credentials) == (422, "")
    assert "rahasia-salah" not in text(page)


def test_a_silent_provider_leaves_the_keys_as_they_were(desk: Client, midtrans: FakeMidtrans):
    method("MIDTRANS")
    before = row("MIDTRANS").credentials
    midtrans.break_next(FaultKind.STATUS, times=9)

    page = desk.post("/payments/methods/MIDTRANS/connect/", KEYS)

    assert (page.status_code, row("MIDTRANS").credentials) == (422, before)


def test_the_connection_is_tested_and_ended(desk: Client, midtrans: FakeMidtrans):
    method("MIDTRANS")

    tested = text(desk.post("/payments/methods/MIDTRANS/test/", follow=True))
    desk.post("/payments/methods/MIDTRANS/disconnect/")

    assert "tone--success" in tested
    assert (row("MIDTRANS").credentials, row("MIDTRANS").is_enabled) == ("", False)


def test_words_and_order_are_changed(desk: Client):
    desk.post("/payments/methods/COD/", {"title": "Bayar di tempat", "instructions": "Siapkan uang pas."})
    desk.post("/payments/order/", {"order": ["COD", "BITCOIN", "MIDTRANS"]})

    codes = list(PaymentMethod.objects.order_by("position").values_list("code", flat=True))
    assert (row("COD").title, row("COD").instructions) == ("Bayar di tempat", "Siapkan uang pas.")
    assert codes == ["COD", "MIDTRANS", "MANUAL_TRANSFER"]


@pytest.mark.parametrize("body", [{"title": ""}, {"title": "a" * 61}, {"title": "a\x00"}], ids=str)
def test_wrong_words_are_not_kept(desk: Client, body: dict):
    before = row("COD").title

    page = desk.post("/payments/methods/COD/", {**body, "instructions": "Siapkan uang pas."})

    assert (page.status_code, row("COD").title) == (422, before)
    assert "Siapkan uang pas." in text(page)


def test_the_time_to_pay_is_set(desk: Client):
    good = desk.post("/payments/hours/", {"payment_hours": "48"})
    bad = desk.post("/payments/hours/", {"payment_hours": "0"})

    assert (good.status_code, bad.status_code, profile.current().payment_hours) == (302, 422, 48)


@pytest.mark.parametrize("path", ["/payments/", "/payments/methods/COD/"])
@pytest.mark.parametrize("role", [Role.ADMIN, Role.ORDERS, Role.WAREHOUSE])
def test_only_owner_and_finance_see_payment_settings(
    member: Callable[[str], User], dashboard: Callable[..., Client], role: str, path: str
):
    assert dashboard(member(role)).get(path).status_code == 403


def test_finance_may_set_and_a_stranger_is_sent_away(
    member: Callable[[str], User], tono: User, dashboard: Callable[..., Client]
):
    assert dashboard(member(Role.FINANCE)).get("/payments/").status_code == 200
    assert dashboard(tono).get("/payments/").status_code == 302


@pytest.mark.parametrize("verb", ["switch", "connect", "test", "disconnect"])
def test_an_order_clerk_changes_nothing(
    member: Callable[[str], User], dashboard: Callable[..., Client], verb: str
):
    assert dashboard(member(Role.ORDERS)).post(f"/payments/methods/COD/{verb}/").status_code == 403


@pytest.mark.parametrize("path", ["/payments/methods/BITCOIN/", "/payments/methods/COD/connect/"])
def test_what_is_no_method_or_has_no_keys_is_not_there(desk: Client, path: str):
    assert desk.post(path, {"title": "x", **KEYS}).status_code == 404


def test_accounts_of_the_other_store_are_not_there(desk: Client, batik: Store):
    with context.in_store(batik):
        theirs = services.add_bank_account(bank="BNI", number="99988877", holder="Tono", actor=SYSTEM)

    assert desk.post(f"/payments/accounts/{theirs.public_id}/remove/").status_code == 404
    with context.in_store(batik):
        assert BankAccount.objects.filter(pk=theirs.pk).exists()


def test_the_page_costs_few_queries(desk: Client, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        assert desk.get("/payments/").status_code == 200


def test_the_same_by_api(api: Client, midtrans: FakeMidtrans):
    path = "/api/v1/payment-methods"
    account = api.post("/api/v1/bank-accounts", ACCOUNT, content_type=JSON)
    api.patch(f"{path}/MANUAL_TRANSFER", {"is_enabled": True, "title": "Transfer"}, content_type=JSON)
    connected = api.put(f"{path}/MIDTRANS/connection", {"server_key": SERVER_KEY}, content_type=JSON)
    checked = api.post(f"{path}/MIDTRANS/check")
    api.put(f"{path}/order", {"codes": ["COD"]}, content_type=JSON)
    terms = api.put("/api/v1/payment-terms", {"payment_hours": 12}, content_type=JSON)

    listed = api.get(path).json()["items"]
    assert (account.status_code, account.json()["number"]) == (201, "1234567890")
    assert (connected.status_code, checked.status_code) == (200, 200)
    assert SERVER_KEY not in text(connected)
    assert [(each["code"], each["is_enabled"]) for each in listed] == [
        ("COD", True),
        ("MIDTRANS", True),
        ("MANUAL_TRANSFER", True),
    ]
    assert terms.json() == api.get("/api/v1/payment-terms").json() == {"payment_hours": 12}


def test_keys_and_accounts_go_by_api(api: Client):
    method("MIDTRANS")
    method("MANUAL_TRANSFER")
    account = api.get("/api/v1/bank-accounts").json()["items"][0]["id"]

    ended = api.delete("/api/v1/payment-methods/MIDTRANS/connection").json()
    gone = api.delete(f"/api/v1/bank-accounts/{account}")

    assert (ended["is_connected"], ended["is_enabled"], gone.status_code) == (False, False, 204)
    assert api.get("/api/v1/payment-methods/MANUAL_TRANSFER").json()["is_ready"] is False


@pytest.mark.parametrize(
    ("verb", "path", "body", "status"),
    [
        ("PATCH", "/payment-methods/MANUAL_TRANSFER", '{"is_enabled": true}', 409),
        ("PATCH", "/payment-methods/MIDTRANS", '{"is_enabled": true}', 409),
        ("PATCH", "/payment-methods/COD", '{"title": ""}', 422),
        ("PATCH", "/payment-methods/COD", '{"title": "\\u0000"}', 422),
        ("PATCH", "/payment-methods/COD", '{"credentials": "x"}', 422),
        ("PATCH", "/payment-methods/BITCOIN", "{}", 422),
        ("PUT", "/payment-methods/COD/connection", '{"server_key": "x"}', 404),
        ("PUT", "/payment-methods/MIDTRANS/connection", '{"server_key": ""}', 422),
        ("POST", "/payment-methods/MIDTRANS/check", "", 409),
        ("POST", "/bank-accounts", '{"bank": "B", "number": "1", "holder": "H"}', 422),
        ("DELETE", "/bank-accounts/bnk_none", "", 404),
        ("PUT", "/payment-terms", '{"payment_hours": 0}', 422),
        ("PUT", "/payment-terms", '{"payment_hours": 169}', 422),
    ],
)
def test_a_wrong_request_changes_nothing(api: Client, verb: str, path: str, body: str, status: int):
    before = list(PaymentMethod.objects.order_by("pk").values())

    answer = api.generic(verb, f"/api/v1{path}", body, content_type=JSON)

    assert answer.status_code == status
    assert list(PaymentMethod.objects.order_by("pk").values()) == before
