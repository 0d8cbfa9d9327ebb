"""The nets under lost duties, and what is cleared away."""

from datetime import timedelta

from django.utils import timezone

from core.checkout import services as checkout
from core.checkout.models import Cart
from core.integrations import services as integrations
from core.integrations.models import IdempotencyKey
from core.inventory.models import Reservation
from core.orders.models import Order
from core.payments import services as payments
from core.payments.models import Payment
from tenants import context, routines, work
from tenants.models import Job, Store
from tests.factories.inventory import stock
from tests.factories.orders import placed_order

KINDS = (
    "core.checkout.tasks.forget_carts.everywhere",
    "core.inventory.tasks.end_overdue.everywhere",
    "core.payments.tasks.lapse_overdue.everywhere",
    "core.integrations.tasks.forget_answers.everywhere",
    "tenants.housekeeping.forget_ended_work",
    "tenants.housekeeping.forget_stale_sessions",
)


def test_every_room_has_its_routines():
    assert set(KINDS) <= set(routines.periods())


def test_forgotten_carts_go_and_others_stay(store: Store):
    now = timezone.now()
    old, young, ordered = (checkout.create_cart(language="id", now=now) for _ in range(3))
    Cart.objects.filter(pk__in=[old.pk, ordered.pk]).update(expires_at=now - timedelta(days=8))
    Cart.objects.filter(pk=ordered.pk).update(order_id=7)

    assert checkout.forget_carts(now=now) == 1
    assert set(Cart.objects.values_list("pk", flat=True)) == {young.pk, ordered.pk}


def test_a_reservation_whose_duty_was_lost_ends_all_the_same(store: Store):
    item = stock(on_hand=5)
    over = timezone.now() - timedelta(hours=1)
    Reservation.objects.create(
        public_id="rsv_x",
        stock_item=item,
        reference="R1",
        quantity=2,
        expires_at=over,
    )
    type(item).objects.filter(pk=item.pk).update(reserved=2)

    routines.start_all()
    work.work_until_idle()

    item.refresh_from_db()
    assert item.reserved == 0
    assert not Reservation.objects.exists()


def test_an_overdue_payment_is_examined_once_however_often_it_is_found(store: Store):
    order: Order = placed_order()
    payment = Payment.objects.create(
        public_id="pay_x",
        order=order,
        method="MANUAL_TRANSFER",
        attempt=1,
        reference=f"{order.number}-1",
        amount=order.total_amount,
        created_at=timezone.now(),
        expires_at=timezone.now() - timedelta(days=1),
    )
    for _ in range(2):
        assert payments.lapse_overdue(now=timezone.now()) == 1
    with context.in_public():
        assert Job.objects.filter(kind__endswith=".lapse", store=store).count() == 1
    work.work_until_idle()

    payment.refresh_from_db()
    assert payment.state == "EXPIRED"


def test_answers_are_kept_for_two_days(store: Store):
    now = timezone.now()
    for name, age in (("old", 49), ("young", 47)):
        key = IdempotencyKey.objects.create(caller="c", key=name, fingerprint="f")
        IdempotencyKey.objects.filter(pk=key.pk).update(created_at=now - timedelta(hours=age))

    assert integrations.forget_answers(now=now) == 1
    assert IdempotencyKey.objects.get().key == "young"
