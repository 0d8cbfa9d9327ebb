"""Money at an order: confirm it, ask about it, give it back, on the page and over the API."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.payments import services as payments
from core.payments.models import Payment, Refund
from tenants import context
from tenants.models import Job, Role, Store, User
from tenants.permissions import SYSTEM
from tests.factories.orders import NOON
from tests.factories.payments import open_payment


@pytest.fixture
def desk(kopi: Store, sari: User, dashboard: Callable[..., Client]) -> Client:
    browser = dashboard(sari)
    browser.cookies["lang"] = "en"
    return browser


@pytest.fixture
def payment(kopi: Store) -> Payment:
    """A bank transfer that waits."""
    with context.in_store(kopi):
        return open_payment()


@pytest.fixture
def paid(kopi: Store, payment: Payment) -> Payment:
    with context.in_store(kopi):
        return payments.confirm_transfer(
            payment_id=payment.pk, received_amount=payment.amount, actor=SYSTEM, now=NOON
        )


def now(kopi: Store, payment: Payment) -> Payment:
    with context.in_store(kopi):
        return Payment.objects.select_related("order").get(pk=payment.pk)


def post(api: Client, path: str, body: Any) -> Any:
    return api.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")


def test_the_exact_amount_is_confirmed_with_one_press(kopi: Store, desk: Client, payment: Payment):
    written = f"{payment.amount:,}".replace(",", ".")

    answer = desk.post(f"/payments/{payment.public_id}/confirm/", {"received_amount": written})

    after = now(kopi, payment)
    assert answer.headers["Location"] == f"/orders/{payment.order.public_id}/"
    assert (after.state, after.received_amount, after.order.payment_state) == ("PAID", payment.amount, "PAID")


def test_pressing_twice_confirms_once(kopi: Store, desk: Client, payment: Payment):
    told = {"received_amount": str(payment.amount)}

    for _ in range(2):
        assert desk.post(f"/payments/{payment.public_id}/confirm/", told).status_code == 302

    assert now(kopi, payment).received_amount == payment.amount


@pytest.mark.parametrize("written", ["1", "170.000", "", "abc", "-5", "0", "9" * 20, "1,5"])
def test_another_amount_is_refused_and_nothing_changes(
    kopi: Store, desk: Client, payment: Payment, written: str
):
    answer = desk.post(f"/payments/{payment.public_id}/confirm/", {"received_amount": written})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert (now(kopi, payment).state, now(kopi, payment).received_amount) == ("PENDING", 0)


def test_a_difference_can_be_accepted_on_purpose(kopi: Store, desk: Client, payment: Payment):
    told = {"received_amount": "170.000"}
    refused = desk.post(f"/payments/{payment.public_id}/confirm/", told)
    desk.post(f"/payments/{payment.public_id}/confirm/", {**told, "accepts_difference": "on"})

    assert 'name="accepts_difference"' in refused.content.decode()
    assert (now(kopi, payment).state, now(kopi, payment).received_amount) == ("PAID", 170_000)


def test_a_part_goes_back_and_then_the_rest(kopi: Store, desk: Client, paid: Payment):
    url = f"/payments/{paid.public_id}/refund/"
    seen = paid.amount
    desk.post(url, {"amount": "50.000", "reason": "Cracked", "refundable_seen": seen})
    half = now(kopi, paid)
    desk.post(url, {"amount": str(seen - 50_000), "reason": "All", "refundable_seen": seen - 50_000})

    assert (half.order.payment_state, half.refunded_amount) == ("PARTLY_REFUNDED", 50_000)
    assert now(kopi, paid).order.payment_state == "REFUNDED"


def test_a_refund_that_is_sent_twice_goes_back_once(kopi: Store, desk: Client, paid: Payment):
    told = {"amount": "50.000", "reason": "Cracked", "refundable_seen": paid.amount}

    first = desk.post(f"/payments/{paid.public_id}/refund/", told)
    second = desk.post(f"/payments/{paid.public_id}/refund/", told)

    assert (first.status_code, second.status_code) == (302, 422)
    with context.in_store(kopi):
        assert Refund.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"amount": "999.999.999"}, {"amount": "0"}, {"reason": ""}, {"amount": ""}]
)
def test_a_bad_refund_moves_no_money(kopi: Store, desk: Client, paid: Payment, change: dict[str, str]):
    told = {"amount": "50.000", "reason": "Cracked", "refundable_seen": paid.amount}

    assert desk.post(f"/payments/{paid.public_id}/refund/", {**told, **change}).status_code == 422
    with context.in_store(kopi):
        assert not Refund.objects.exists()


def test_asking_the_provider_is_a_duty(kopi: Store, desk: Client):
    with context.in_store(kopi):
        online = open_payment("MIDTRANS")
    before = Job.objects.count()

    for _ in range(2):
        assert desk.post(f"/payments/{online.public_id}/check/").status_code == 302

    assert Job.objects.filter(kind__endswith="check_payment").count() == Job.objects.count() - before == 1


def test_nobody_can_be_asked_about_a_transfer(desk: Client, payment: Payment):
    assert desk.post(f"/payments/{payment.public_id}/check/").status_code == 409


@pytest.mark.parametrize(
    ("role", "may_confirm", "may_refund"),
    [
        (Role.ORDERS, True, False),
        (Role.FINANCE, True, True),
        (Role.WAREHOUSE, False, False),
        (Role.READ_ONLY, False, False),
    ],
)
def test_each_role_moves_only_its_money(
    payment: Payment,
    member: Callable[[str], User],
    dashboard: Callable[..., Client],
    role: str,
    may_confirm: bool,
    may_refund: bool,
):
    browser = dashboard(member(role))
    refund = browser.post(f"/payments/{payment.public_id}/refund/", {})
    confirm = browser.post(
        f"/payments/{payment.public_id}/confirm/", {"received_amount": str(payment.amount)}
    )

    assert (confirm.status_code != 403, refund.status_code != 403) == (may_confirm, may_refund)


def test_payments_of_the_other_store_are_not_there(batik: Store, desk: Client, api: Client):
    with context.in_store(batik):
        theirs = open_payment()

    for door in ("confirm", "check", "refund"):
        assert desk.post(f"/payments/{theirs.public_id}/{door}/", {"received_amount": "1"}).status_code == 404
    confirmed = post(api, f"/orders/{theirs.order.public_id}/payments/confirm", {"amount": {"amount": 1}})
    assert confirmed.status_code == 404
    assert now(batik, theirs).state == "PENDING"


def test_the_api_confirms_lists_and_refunds(kopi: Store, api: Client, payment: Payment):
    path = f"/orders/{payment.order.public_id}"
    money = {"amount": payment.amount, "currency": "IDR"}

    wrong = post(api, f"{path}/payments/confirm", {"amount": {"amount": 1}})
    right = post(api, f"{path}/payments/confirm", {"amount": money})
    back = post(api, f"{path}/refunds", {"amount": {"amount": 50_000}, "reason": "Cracked"})
    listed = api.get(f"/api/v1{path}/payments").json()["items"]

    assert (wrong.status_code, wrong.json()["code"]) == (409, "amount_differs")
    assert right.json()["state"] == "PAID"
    assert (back.status_code, back.json()["state"]) == (201, "DONE")
    assert listed[0]["refunded"] == {"amount": 50_000, "currency": "IDR"}
    assert listed[0]["refunds"][0]["id"] == back.json()["id"]


def test_the_api_confirms_what_was_asked_for_when_no_amount_is_said(
    kopi: Store, api: Client, payment: Payment
):
    answer = post(api, f"/orders/{payment.order.public_id}/payments/confirm", {})

    assert (answer.status_code, answer.json()["state"]) == (200, "PAID")
    assert answer.json()["received"] == {"amount": payment.amount, "currency": "IDR"}


@pytest.mark.parametrize(
    "body",
    [
        {"amount": 5},
        {"amount": {"amount": -1}},
        {"amount": {"amount": 10**30}},
        {"amount": {"amount": 1, "currency": "USD"}},
        {"amount": {"amount": 1}, "more": 1},
    ],
)
def test_the_api_refuses_money_it_does_not_understand(
    kopi: Store, api: Client, payment: Payment, body: dict[str, Any]
):
    answer = post(api, f"/orders/{payment.order.public_id}/payments/confirm", body)

    assert answer.status_code == 422
    assert now(kopi, payment).state == "PENDING"
