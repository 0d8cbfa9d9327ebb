"""F-WRK: a worker, the scheduler or a web process dies in the middle of what it has to do."""

import itertools
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from core.payments.models import Payment
from tenants import context
from tenants.models import Job
from tests.chaos import truth
from tests.chaos.report import Report, Row
from tests.chaos.shop import Answer, Promise, Shop, until_answered
from tests.chaos.stage import Stage, arm, disarm, has_fired
from tests.factories.catalog import picture_file

Arm = Callable[[], None]
Cause = Callable[[Stage, Shop, Arm], None]
_colours = itertools.cycle(("#a13d2d", "#2d6ba1", "#3da12d", "#a12d8f", "#222222", "#777711"))
_sizes = itertools.count(200)


def reference_of(told: Promise) -> str:
    """What the gateway calls the first attempt to pay an order."""
    return f"{told.number}-1"


def _placed(stage: Stage, shop: Shop, arm: Arm) -> None:
    arm()
    shop.buy()


def _paid(stage: Stage, shop: Shop, arm: Arm) -> None:
    told = shop.buy("MIDTRANS")
    stage.settle()
    arm()
    stage.midtrans.pay(reference_of(told))


def _refunded(stage: Stage, shop: Shop, arm: Arm) -> None:
    told = shop.buy("MIDTRANS")
    stage.midtrans.pay(reference_of(told))
    stage.settle()
    arm()
    body = {"amount": {"amount": 1_500, "currency": "IDR"}, "reason": "Salah kirim"}
    shop.admin("POST", f"/orders/{shop.order_id(told)}/refunds", body)


def _shipped(stage: Stage, shop: Shop, arm: Arm) -> None:
    order_id = shop.order_id(shop.buy())
    arm()
    shop.admin("POST", f"/orders/{order_id}/fulfilments", {"courier_name": "JNE", "waybill": "JP1"})


def _lapsed(stage: Stage, shop: Shop, arm: Arm) -> None:
    told = shop.buy("MIDTRANS")
    stage.midtrans.choose(reference_of(told))
    stage.settle()
    arm()
    let_time_run_out(shop, told)


def let_time_run_out(shop: Shop, told: Promise) -> None:
    """The moment has come at which an unpaid payment ends."""
    with context.in_store(shop.store):
        payments = Payment.objects.filter(reference=reference_of(told))
        payments.update(expires_at=timezone.now() - timedelta(minutes=6))
        payment_id = payments.get().pk
    waiting = Job.objects.filter(kind__endswith="asking.lapse", store=shop.store)
    waiting.filter(payload={"payment_id": payment_id}).update(next_at=timezone.now())


def _called_off(stage: Stage, shop: Shop, arm: Arm) -> None:
    told = shop.buy("MIDTRANS")
    stage.midtrans.choose(reference_of(told))
    order_id = shop.order_id(told)
    arm()
    shop.admin("POST", f"/orders/{order_id}/cancel", {"reason": "Salah pesan"})


def _tagged(stage: Stage, shop: Shop, arm: Arm) -> None:
    """More orders than are done while the seller waits."""
    chosen = [row["id"] for row in shop.admin("GET", "/orders?limit=60")["items"]]
    for _ in range(len(chosen), 51):
        chosen.append(shop.order_id(shop.buy()))
    arm()
    tag = f"gelombang-{uuid.uuid4().hex[:6]}"
    shop.admin("POST", "/order-actions", {"action": "TAG", "order_ids": chosen, "tags": [tag]})


def _uploaded(stage: Stage, shop: Shop, arm: Arm) -> None:
    sent = _photo()
    arm()
    until_answered(lambda: upload(shop, sent))


def upload(shop: Shop, sent: bytes | None = None) -> Answer:
    """Send a photo that nobody has sent before, unless told which. Raises NoAnswer."""
    product = shop.admin("GET", "/products?limit=1")["items"][0]["id"]
    return shop.call("POST", f"/api/v1/products/{product}/media", sent or _photo(), door="app")


def _photo() -> bytes:
    photo = picture_file(size=(next(_sizes), 160), colour=next(_colours)).read()
    head = b'--chaos\r\nContent-Disposition: form-data; name="file"; filename="foto.jpg"\r\n'
    return head + b"Content-Type: image/jpeg\r\n\r\n" + photo + b"\r\n--chaos--\r\n"


def _routine(stage: Stage, shop: Shop, arm: Arm) -> None:
    """It is time for everything that is done again and again. A scheduler looks as soon as it starts."""
    Job.objects.filter(store=None).update(created_at=timezone.now() - timedelta(days=3))
    arm()
    stage.kill("scheduler")
    stage.start_scheduler()


POINTS: dict[str, Cause] = {
    "work.after_claim": _placed,
    "work.before_done": _placed,
    "work.before_commit": _placed,
    "mail.after_rows": _placed,
    "mail.after_claim": _placed,
    "mail.after_send": _placed,
    "webhooks.after_row": _placed,
    "webhooks.after_claim": _placed,
    "webhooks.after_post": _placed,
    "webhooks.in_write_down": _placed,
    "payments.notice_kept": _paid,
    "payments.notice_understood": _paid,
    "payments.notice_applied": _paid,
    "payments.in_receive": _paid,
    "payments.before_refund": _refunded,
    "payments.after_refund": _refunded,
    "payments.in_refund": _refunded,
    "payments.after_last_word": _lapsed,
    "payments.in_expire": _lapsed,
    "payments.after_call_off": _called_off,
    "fulfilment.after_consume": _shipped,
    "fulfilment.before_commit": _shipped,
    "idempotency.before_commit": _shipped,
    "orders.bulk_unnoted": _tagged,
    "orders.bulk_next": _tagged,
    "media.before_file": _uploaded,
    "media.after_file": _uploaded,
    "media.after_drawing": _uploaded,
    "media.after_files": _uploaded,
    "routines.after_enqueue": _routine,
    "routines.after_visit": _routine,
}
SHORT = ("mail.after_send", "payments.notice_applied")


def run(report: Report, stage: Stage, shops: list[Shop], *, short: bool) -> None:
    """Each point: a process killed; then an error nobody foresaw, or a lost connection to the database."""
    with report.row("F-WRK") as row:
        for number, name in enumerate(SHORT if short else POINTS):
            softly = ("raise", "drop_db_conn")[number % 2]
            for order in ("kill9",) if short else ("kill9", softly):
                _die_at(row, stage, shops[row.runs % len(shops)], name, order)
                truth.check(row, stage, shops)


def _die_at(row: Row, stage: Stage, shop: Shop, name: str, order: str) -> None:
    row.runs += 1
    POINTS[name](stage, shop, lambda: arm(name, order))
    row.eventually(lambda: has_fired(name), f"{name} was never reached")
    disarm(name)
