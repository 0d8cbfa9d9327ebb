"""Fees are charged for what shoppers pay through a gateway: to the rupiah, up to a cap, and given back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from billing.models import FeeEntry, FeeReport, Plan, Subscription, SubscriptionEvent
from billing.ports import CardUnavailable
from billing.selectors.fees import fee_months, fee_rows, fee_terms
from billing.services import fees, standing
from core.payments import services as payments
from core.payments.models import Payment, Refund
from core.payments.selectors import PaymentMoney
from tenants import context
from tenants.models import Job, Store
from tenants.permissions import SYSTEM
from tenants.work import duties
from tests.billing.invoices import DAY, NOON, subscribed
from tests.factories.payments import open_payment


def money(amount: int = 250_000, reference: str = "SO-1-1", **fields) -> PaymentMoney:
    """A payment that came in through the gateway."""
    told = {
        "reference": reference,
        "order_number": reference.rpartition("-")[0],
        "source": "STOREFRONT",
        "currency": "IDR",
        "is_hosted": True,
        "received_amount": amount,
        "paid_at": NOON,
        "is_taken_back": False,
        "refunds": (),
    }
    return PaymentMoney(**{**told, **fields})


def amounts(store: Store) -> list[int]:
    return list(FeeEntry.objects.filter(store=store).order_by("pk").values_list("amount", flat=True))


@pytest.fixture
def basic(kopi: Store) -> Store:
    """Kopi on Basic: 1 %, at most Rp500.000 a month."""
    subscribed(kopi)
    return kopi


@pytest.mark.parametrize(("amount", "fee"), [(250_000, 2_500), (49, 0), (50, 1), (12_345_650, 123_457)])
def test_a_payment_costs_the_plans_percent_to_the_rupiah(basic: Store, batik: Store, amount: int, fee: int):
    for _ in range(3):
        fees.count(store=basic, money=money(amount))

    entry = FeeEntry.objects.get()
    assert (entry.amount, entry.basis_amount, entry.basis_points) == (fee, amount, 100)
    assert (entry.store, entry.month, entry.order_number) == (basic, date(2026, 7, 1), "SO-1")
    assert amounts(batik) == []


@pytest.mark.parametrize(
    "other", [{"is_hosted": False}, {"source": "DASHBOARD"}, {"source": "API"}, {"currency": "USD"}]
)
def test_cash_transfers_and_orders_from_elsewhere_cost_nothing(basic: Store, other: dict):
    fees.count(store=basic, money=money(**other))

    assert amounts(basic) == []


def test_a_trial_costs_nothing(kopi: Store):
    subscribed(kopi, state="TRIALING", provider="NONE", trial_ends_at=NOON + DAY)
    fees.count(store=kopi, money=money())

    assert amounts(kopi) == []
    assert fee_terms(kopi, NOON).is_free


def test_the_plan_of_that_moment_counts(basic: Store):
    subscription = Subscription.objects.select_related("plan", "store").get(store=basic)
    standing.move(subscription, kind="SUBSCRIBED", now=NOON - DAY)
    enterprise = Plan.objects.get(code="enterprise")
    standing.move(subscription, kind="CHANGED", now=NOON + timedelta(minutes=1), plan=enterprise)

    fees.count(store=basic, money=money())
    fees.count(store=basic, money=money(reference="SO-2-1", paid_at=NOON + DAY))

    assert amounts(basic) == [2_500, 500]


def test_a_month_costs_no_more_than_its_cap_and_the_next_begins_anew(basic: Store):
    for number in range(1, 5):
        fees.count(store=basic, money=money(20_000_000, f"SO-{number}-1"))
    # The last minute of July in Jakarta, and the first of August.
    july, august = datetime(2026, 7, 31, 16, 59, tzinfo=UTC), datetime(2026, 7, 31, 17, 0, tzinfo=UTC)
    fees.count(store=basic, money=money(20_000_000, "SO-8-1", paid_at=july))
    fees.count(store=basic, money=money(20_000_000, "SO-9-1", paid_at=august))

    assert amounts(basic) == [200_000, 200_000, 100_000, 0, 0, 200_000]
    assert [each.total_amount for each in fee_months(basic)] == [200_000, 500_000]


def test_months_are_those_of_the_stores_own_clock(basic: Store):
    basic.time_zone = "Asia/Jayapura"

    assert fees.month_of(basic, datetime(2026, 7, 31, 15, 0, tzinfo=UTC)) == date(2026, 8, 1)


def _count_in_thread(told: tuple[int, int]) -> None:
    store_id, number = told
    try:
        fees.count(store=Store.objects.get(pk=store_id), money=money(1_700_000, f"SO-{number}-1"))
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_never_exceed_the_cap():
    kopi = Store.objects.get(slug="kopi")
    before = Subscription.objects.filter(store=kopi).values().get()
    events = list(SubscriptionEvent.objects.filter(store=kopi))
    subscribed(kopi)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(_count_in_thread, [(kopi.pk, number) for number in range(50)]))

    charged = amounts(kopi)
    FeeEntry.objects.all().delete()
    Subscription.objects.filter(store=kopi).update(**before)
    SubscriptionEvent.objects.bulk_create(events)
    assert (len(charged), sum(charged), max(charged)) == (50, 500_000, 17_000)
    assert charged.count(0) == 20


def _back(*parts: tuple[str, int]) -> tuple:
    return tuple((name, amount, NOON + DAY) for name, amount in parts)


def test_refunds_give_back_their_part_and_in_the_end_all_of_it(basic: Store):
    whole = money(100_150)
    fees.count(store=basic, money=whole)
    for refunds in (
        _back(("r1", 33_333)),
        _back(("r1", 33_333), ("r2", 33_333)),
        _back(("r1", 33_333), ("r2", 33_333), ("r3", 33_484)),
    ):
        fees.count(store=basic, money=money(100_150, refunds=refunds))
        fees.count(store=basic, money=money(100_150, refunds=refunds))

    assert amounts(basic) == [1_002, -333, -334, -335]
    assert sum(amounts(basic)) == 0


def test_refunds_told_backwards_give_back_as_much(basic: Store):
    fees.count(store=basic, money=money(100_150, refunds=_back(("r2", 66_817))))
    fees.count(store=basic, money=money(100_150, refunds=_back(("r1", 33_333), ("r2", 66_817))))

    assert amounts(basic) == [1_002, -669, -333]


def test_no_more_is_given_back_than_was_charged_under_the_cap(basic: Store):
    fees.count(store=basic, money=money(49_000_000, "SO-1-1"))
    fees.count(store=basic, money=money(4_000_000, "SO-2-1"))
    fees.count(store=basic, money=money(4_000_000, "SO-2-1", refunds=_back(("r1", 4_000_000), ("r2", 9))))

    assert amounts(basic) == [490_000, 10_000, -10_000, 0]


def test_what_a_bank_takes_back_is_given_back(basic: Store):
    fees.count(store=basic, money=money())
    for _ in range(2):
        fees.count(store=basic, money=money(is_taken_back=True))

    assert amounts(basic) == [2_500, -2_500]


def test_events_of_the_store_are_heard(basic: Store):
    with context.in_store(basic):
        payment = open_payment("MIDTRANS")
        transfer = open_payment("MANUAL_TRANSFER")
        payments.confirm_transfer(
            payment_id=transfer.pk, received_amount=transfer.amount, actor=SYSTEM, now=NOON
        )
        Payment.objects.filter(pk=payment.pk).update(
            state="PAID", paid_at=NOON, received_amount=payment.amount
        )
        _handle("count_fee", payment_id=transfer.pk)
        _handle("count_fee", payment_id=payment.pk)
        refund = payments.refund(
            payment_id=payment.pk, amount=payment.amount, reason="x", is_by_hand=True, actor=SYSTEM, now=NOON
        )
        assert Refund.objects.get().state == "DONE"
        assert Job.objects.filter(kind="billing.handlers.give_fee_back").count() == 1
        _handle("give_fee_back", refund_id=refund.pk)

    fee = (payment.amount + 50) // 100
    assert amounts(basic) == [fee, -fee]


def _handle(name: str, **fields: int) -> None:
    duties()[f"billing.handlers.{name}"].run(**fields)


class Meter:
    """A card provider that counts what it is told, once per identifier."""

    def __init__(self) -> None:
        self.told: dict[str, int] = {}
        self.calls = 0
        self.fails_at = 0

    def report_use(self, *, event: str, customer_ref: str, value: int, identifier: str, at: datetime) -> None:
        self.calls += 1
        self.told.setdefault(identifier, value)
        if self.calls == self.fails_at:
            raise CardUnavailable("died after it was told")


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> Meter:
    made = Meter()
    monkeypatch.setattr(fees, "cards", lambda: made)
    return made


def test_each_fee_is_told_once_even_when_the_answer_is_lost(kopi: Store, meter: Meter):
    subscribed(kopi, provider="STRIPE", customer_ref="cus_1", external_ref="sub_1")
    for number in range(3):
        fees.count(store=kopi, money=money(reference=f"SO-{number}-1"))
    meter.fails_at = 2
    with pytest.raises(CardUnavailable):
        fees.report_to_card(store_id=kopi.pk, now=NOON)

    assert fees.report_to_card(store_id=kopi.pk, now=NOON) == 2
    assert fees.report_to_card(store_id=kopi.pk, now=NOON) == 0
    assert (len(meter.told), sum(meter.told.values()), meter.calls) == (3, 7_500, 4)
    assert FeeReport.objects.count() == 3


def test_who_pays_by_invoice_is_not_told_of_at_the_card_company(basic: Store, meter: Meter):
    fees.count(store=basic, money=money())

    assert fees.report_to_card(store_id=basic.pk, now=NOON) == 0
    assert meter.calls == 0


def test_what_it_costs_is_known_before_it_happens(basic: Store):
    fees.count(store=basic, money=money())
    terms = fee_terms(basic, NOON)

    assert (terms.basis_points, terms.month_cap_amount, terms.is_free) == (100, 500_000, False)
    assert (terms.charged_amount, terms.left_amount) == (2_500, 497_500)
    assert (terms.example_amount, terms.example_fee) == (100_000, 1_000)


def test_a_month_can_be_taken_along_entry_by_entry(basic: Store, django_assert_num_queries):
    fees.count(store=basic, money=money(refunds=_back(("r1", 250_000))))
    with django_assert_num_queries(1):
        rows = list(fee_rows(basic, date(2026, 7, 1)))

    assert [row[1:3] + row[4:] for row in rows] == [
        ("SO-1", "SO-1-1", 250_000, "1.00%", 2_500, ""),
        ("SO-1", "SO-1-1:r1", 250_000, "1.00%", -2_500, ""),
    ]


def test_months_are_one_query(basic: Store, django_assert_num_queries):
    fees.count(store=basic, money=money())
    with django_assert_num_queries(1):
        assert fee_months(basic)[0].payments == 1


def test_a_lost_event_is_found_by_the_nightly_count(basic: Store):
    with context.in_store(basic):
        payment = open_payment("MIDTRANS")
        Payment.objects.filter(pk=payment.pk).update(
            state="PAID", paid_at=NOON, received_amount=payment.amount
        )
        fees.recount(NOON + DAY)
        fees.recount(NOON + DAY)

    assert amounts(basic) == [(payment.amount + 50) // 100]
