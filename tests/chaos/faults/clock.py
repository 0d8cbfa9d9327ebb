"""F-CLK: clocks that differ, moments that fall on a boundary, and hours that come twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from core.catalog.models import Variant
from core.checkout import services as checkout
from core.integrations import services as integrations
from core.integrations.models import IdempotencyKey
from core.integrations.services.keys import ANSWERS_KEPT
from core.inventory import selectors as stock
from core.inventory import services as inventory
from core.inventory.models import Reservation
from core.inventory.services.promises import end_reservation
from core.orders import services as orders
from core.orders.models import Order
from core.payments import services as payments
from core.payments.models import Payment
from core.payments.services.locking import PaymentClosed
from tenants import context, routines, work
from tenants.models import Job
from tenants.permissions import SHOPPER, SYSTEM
from tests.chaos import truth
from tests.chaos.report import Report
from tests.chaos.shop import Shop, purchase
from tests.chaos.stage import Stage

_SECOND = timedelta(seconds=1)
_AROUND = tuple(
    timedelta(microseconds=each)
    for each in (-600_000_000, -300_000_000, -1_000_000, -1, 0, 1, 1_000_000, 300_000_000, 600_000_000)
)
_SKEWS = tuple(timedelta(seconds=each) for each in (-86_400, -600, -300, 300, 600, 86_400))
# Both sides of when clocks are put back and forward (New York), of a leap day, and of a new year here.
_ODD_MOMENTS = tuple(
    datetime.fromisoformat(each).replace(tzinfo=UTC)
    for each in (
        "2026-11-01T05:30:00", "2026-11-01T06:30:00", "2027-03-14T06:59:59", "2027-03-14T07:00:00",
        "2028-02-29T16:59:59", "2028-02-29T17:00:00", "2026-12-31T16:59:59", "2026-12-31T17:00:00",
    )
)  # fmt: skip
Case = Callable[[Shop, Stage], str]


def run(report: Report, stage: Stage, shops: list[Shop], *, short: bool) -> None:
    """Each case in a transaction that is rolled back; the cases are quick, so all of them always run."""
    with report.row("F-CLK") as row:
        stage.kill("scheduler")
        stage.settle()
        for number, (name, case) in enumerate(_cases()):
            shop = shops[number % 2]
            with context.in_store(shop.store), transaction.atomic():
                wrong = case(shop, stage)
                transaction.set_rollback(True)
            row.expect(not wrong, f"{name}: {wrong}")
            row.runs += 1
        stage.start_scheduler()
        truth.check(row, stage, shops)


def _cases() -> Iterator[tuple[str, Case]]:
    for delta in _AROUND:
        yield f"a reservation {delta} after its end", _bound(_reservation, delta)
        yield f"a page at the gateway asked for {delta} after its end", _bound(_payment, delta)
        yield f"an answer kept {delta} beyond its time", _bound(_kept_answer, delta)
        yield f"a cart ordered {delta} after its end", _bound(_cart, delta)
    for skew in _SKEWS:
        yield f"a lease reported by a clock {skew} ahead", _bound(_lease, skew)
        yield f"a duty written by a clock {skew} ahead", _bound(_duty, skew)
        yield f"a routine asked for by a clock {skew} ahead of its last time", _bound(_routine, skew)
    for moment in _ODD_MOMENTS:
        yield f"an invoice at {moment}", _bound(_invoice, moment)
        yield f"a payment's time across {moment}", _bound(_patience, moment)


def _bound(check: Callable[..., str], *told: object) -> Case:
    return lambda shop, stage: check(shop, *told)


@contextmanager
def _clock(moment: datetime) -> Iterator[None]:
    with patch("django.utils.timezone.now", lambda: moment):
        yield


def _database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


def _reservation(shop: Shop, delta: timedelta) -> str:
    ends = timezone.now() + timedelta(hours=1)
    sku = Variant.objects.get(public_id=shop.variants[0]).sku
    inventory.reserve(
        reference="jam", wanted={sku: 1}, location_id=stock.default_location().pk, expires_at=ends
    )
    with _clock(ends + delta):
        end_reservation.now(reference="jam")
    is_held, should = Reservation.objects.filter(reference="jam").exists(), delta < timedelta()
    return "" if is_held == should else f"held: {is_held}"


def _ordered(shop: Shop, now: datetime, payment: str = "MIDTRANS") -> Order:
    cart = checkout.create_cart(language="id", now=now, wanted=[(shop.variants[0], 1)])
    told = purchase(shop, payment)
    return checkout.place_order(cart_id=cart.public_id, purchase=told, now=now, actor=SHOPPER)


def _payment(shop: Shop, delta: timedelta) -> str:
    payment = Payment.objects.get(order=_ordered(shop, timezone.now()))
    Payment.objects.filter(pk=payment.pk).update(redirect_url="http://localhost/page")
    assert payment.expires_at is not None
    try:
        payments.start(payment_id=payment.pk, return_url="http://localhost/", now=payment.expires_at + delta)
        is_open = True
    except PaymentClosed:
        is_open = False
    return "" if is_open == (delta < timedelta()) else f"open: {is_open}"


def _kept_answer(shop: Shop, delta: timedelta) -> str:
    rows = IdempotencyKey.objects
    now = timezone.now()
    row = rows.create(caller="jam", key="jam", fingerprint="x")
    rows.filter(pk=row.pk).update(created_at=now - ANSWERS_KEPT - delta)
    integrations.forget_answers(now=now)
    is_kept = rows.filter(pk=row.pk).exists()
    return "" if is_kept == (delta <= timedelta()) else f"kept: {is_kept}"


def _cart(shop: Shop, delta: timedelta) -> str:
    made = timezone.now()
    cart = checkout.create_cart(language="id", now=made, wanted=[(shop.variants[0], 1)])
    now = cart.expires_at + delta
    try:
        told = purchase(shop, "COD")
        checkout.place_order(cart_id=cart.public_id, purchase=told, now=now, actor=SHOPPER)
        was_taken = True
    except checkout.CartExpired:
        was_taken = False
    return "" if was_taken == (delta < timedelta()) else f"ordered: {was_taken}"


def _lease(shop: Shop, skew: timedelta) -> str:
    seen: list[timedelta] = []

    def body() -> None:
        with _clock(timezone.now() + skew):
            work.report(1, 2)
        job = work.running()
        assert job is not None and job.lease_until is not None
        seen.append(job.lease_until - _database_now())

    work.register("tests.chaos.jam", body, atomic=False)
    with context.in_public():
        Job.objects.exclude(kind="tests.chaos.jam").filter(state__in=work.OPEN_STATES).delete()
    work.enqueue("tests.chaos.jam", {})
    work.work_until_idle()
    wanted = timedelta(seconds=settings.WORK_LEASE_SECONDS)
    return "" if seen and abs(seen[0] - wanted) < _SECOND else f"{seen} left of {wanted}"


def _duty(shop: Shop, skew: timedelta) -> str:
    """Due now means now, whatever the clock of the machine that wrote it."""
    work.register("tests.chaos.jam", lambda: None)
    with context.in_public():
        Job.objects.filter(state__in=work.OPEN_STATES).delete()
    with _clock(timezone.now() + skew):
        work.enqueue("tests.chaos.jam", {})
    return "" if work.is_anything_due() and work.work_until_idle() == 1 else "it was not due"


def _routine(shop: Shop, skew: timedelta) -> str:
    """A clock that is ahead may ask once too early, and never again and again."""
    with context.in_public():
        Job.objects.all().delete()
        routines.start_due(timezone.now())
        kinds = list(routines.periods())
        before = Job.objects.filter(kind__in=kinds).count()
        for _ in range(5):
            routines.start_due(timezone.now() + skew)
        asked = Job.objects.filter(kind__in=kinds).count() - before
    return "" if asked <= len(kinds) else f"{asked} duties of {len(kinds)} routines"


def _invoice(shop: Shop, moment: datetime) -> str:
    """The year on it is the store's, not Greenwich's."""
    order = _ordered(shop, moment - timedelta(hours=1), "COD")
    number = orders.issue_invoice(order_id=order.pk, actor=SYSTEM, now=moment).number
    year = (moment + timedelta(hours=7)).year
    return "" if number.startswith(f"INV/{year}/") else number


def _patience(shop: Shop, moment: datetime) -> str:
    """An hour is an hour, also where the clock shows it twice or not at all."""
    usual = Payment.objects.get(order=_ordered(shop, timezone.now()))
    odd = Payment.objects.get(order=_ordered(shop, moment - timedelta(minutes=30)))
    lasts = [each.expires_at - each.created_at for each in (usual, odd) if each.expires_at]
    return "" if len(set(lasts)) == 1 and len(lasts) == 2 else str(lasts)
