"""F-NET: everything that can go wrong between us and those we call, for each thing that we ask of them."""

import time
from dataclasses import dataclass

from tests.chaos import truth
from tests.chaos.faults.workers import let_time_run_out, reference_of
from tests.chaos.report import Report, Row
from tests.chaos.shop import NoAnswer, Promise, Shop, until_answered
from tests.chaos.stage import Stage
from tests.fakes.server import FaultKind

_FAULTS: tuple[tuple[str, FaultKind | None, int], ...] = (
    ("silent after doing it", FaultKind.SILENT, 0),
    ("deaf", FaultKind.DEAF, 0),
    ("reset within the answer", FaultKind.RESET, 0),
    ("garbage", FaultKind.GARBAGE, 0),
    ("200 with an error inside", FaultKind.ERROR_BODY, 0),
    ("drip", FaultKind.DRIP, 0),
    ("500", FaultKind.STATUS, 500),
    ("502", FaultKind.STATUS, 502),
    ("503", FaultKind.STATUS, 503),
    ("429", FaultKind.STATUS, 429),
    ("refused", None, 0),
    ("black hole", None, 0),
)
_OPERATIONS = ("start", "find", "cancel", "expire", "refund")
_SHORT = (FaultKind.RESET,)


@dataclass(slots=True)
class _Plan:
    """One order for each thing that we ask the gateway, prepared while all is well."""

    to_start: Promise
    to_pay: Promise
    to_cancel: Promise
    cancel_id: str
    to_expire: Promise
    to_refund: Promise
    refund_id: str


def run(report: Report, stage: Stage, shops: list[Shop], *, short: bool) -> None:
    """Each fault for five operations of the gateway and for webhooks: unknown outcomes are asked about."""
    with report.row("F-NET") as row:
        for number, (name, kind, status) in enumerate(_FAULTS):
            if short and kind not in _SHORT:
                continue
            _one(row, stage, shops[number % 2], name, kind, status)
            truth.check(row, stage, shops, settles_within=150)


def _one(row: Row, stage: Stage, shop: Shop, name: str, kind: FaultKind | None, status: int) -> None:
    plan = _prepared(stage, shop)
    _break(stage, name, kind, status)
    try:
        shop.place(plan.to_start)
        stage.midtrans.pay(reference_of(plan.to_pay))
        shop.admin("POST", f"/orders/{plan.cancel_id}/cancel", {"reason": "Salah pesan"})
        let_time_run_out(shop, plan.to_expire)
        body = {"amount": {"amount": 1_500, "currency": "IDR"}, "reason": "Salah kirim"}
        shop.admin("POST", f"/orders/{plan.refund_id}/refunds", body)
        if kind is None:
            time.sleep(4)
    finally:
        stage.to_fakes.heal()
    row.runs += len(_OPERATIONS) + 1
    row.expect(
        plan.to_start.is_acknowledged, f"{name}: an order without its gateway: {plan.to_start.statuses}"
    )
    # A webhook that waits behind a slow gateway is not the question here.
    stage.settle(150)
    stage.midtrans.mend()
    stage.receiver.mend()
    _pay_in_the_end(row, stage, shop, plan.to_start, name)


def _break(stage: Stage, name: str, kind: FaultKind | None, status: int) -> None:
    if name == "refused":
        stage.to_fakes.refuse()
    elif kind is None:
        stage.to_fakes.swallow()
    else:
        for operation in _OPERATIONS:
            stage.midtrans.break_next(kind, operation, status=status)
        stage.receiver.break_next(kind, "notify", times=2, status=status)


def _prepared(stage: Stage, shop: Shop) -> _Plan:
    to_cancel, to_expire, to_refund = (shop.buy("MIDTRANS") for _ in range(3))
    stage.midtrans.choose(reference_of(to_cancel))
    stage.midtrans.choose(reference_of(to_expire))
    stage.midtrans.pay(reference_of(to_refund))
    plan = _Plan(
        to_start=shop.promise("MIDTRANS"),
        to_pay=shop.buy("MIDTRANS"),
        to_cancel=to_cancel,
        cancel_id=shop.order_id(to_cancel),
        to_expire=to_expire,
        to_refund=to_refund,
        refund_id=shop.order_id(to_refund),
    )
    stage.settle()
    return plan


def _pay_in_the_end(row: Row, stage: Stage, shop: Shop, told: Promise, name: str) -> None:
    """The shopper tries again: the same page, paid once."""
    path = f"/orders/{told.token}/pay/"
    try:
        until_answered(lambda: shop.call("GET", path))
    except NoAnswer as silence:
        row.expect(False, f"{name}: the page to pay never opened: {silence}")
        return
    row.expect(shop.redirect_url(told), f"{name}: no page at the gateway")
    stage.midtrans.pay(reference_of(told))
