"""F-WEB: a web process dies at every step of a purchase; the shopper presses the button again."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from tests.chaos import truth
from tests.chaos.report import Report, Row
from tests.chaos.shop import NoAnswer, Shop, until_answered
from tests.chaos.stage import Stage, arm, disarm, has_fired

CHECKOUT = (
    "checkout.after_cart_lock",
    "checkout.after_quote",
    "orders.after_row",
    "orders.after_events",
    "checkout.after_order",
    "inventory.in_allocate",
    "checkout.after_allocate",
    "payments.after_row",
    "checkout.after_payment",
    "checkout.before_commit",
    "database.before_commit",
    "work.before_bell",
    "payments.before_start",
    "payments.after_start",
    "idempotency.before_keep",
    "idempotency.after_keep",
)


def run(report: Report, stage: Stage, shops: list[Shop], *, short: bool) -> None:
    """Each point: a process killed, also under two clicks, a lost database, and the whole machine."""
    ways = (_one_click,) if short else (_one_click, _two_clicks, _lost_database, _whole_machine)
    with report.row("F-WEB") as row:
        for name in CHECKOUT[6::8] if short else CHECKOUT:
            for way in ways:
                row.runs += 1
                way(row, stage, shops[row.runs % len(shops)], name)
                disarm(name)
                truth.check(row, stage, shops)


def _one_click(row: Row, stage: Stage, shop: Shop, name: str) -> None:
    told = shop.promise("MIDTRANS")
    arm(name)
    until_answered(lambda: shop.place(told))
    row.expect(has_fired(name), f"{name} was never reached")


def _two_clicks(row: Row, stage: Stage, shop: Shop, name: str) -> None:
    """The same request twice at the same time: both must end with the same order."""
    told = shop.promise("MIDTRANS")
    arm(name)
    with ThreadPoolExecutor(2) as hands:
        answers = list(hands.map(lambda _: until_answered(lambda: shop.place(told)), range(2)))
    numbers = {answer.body["number"] for answer in answers}
    row.expect(len(numbers) == 1, f"{name}: one cart became {sorted(numbers)}")
    row.expect(has_fired(name), f"{name} was never reached by two clicks")


def _whole_machine(row: Row, stage: Stage, shop: Shop, name: str) -> None:
    """All web processes at once; the shopper comes back when the machine does."""
    told = shop.promise("MIDTRANS")
    arm(name)
    with suppress(NoAnswer):
        shop.place(told)
    stage.kill("web")
    stage.start_web()
    stage.wait_for_web()
    until_answered(lambda: shop.place(told))
    row.expect(has_fired(name), f"{name} was never reached before the machine died")


def _lost_database(row: Row, stage: Stage, shop: Shop, name: str) -> None:
    """The connection to PostgreSQL breaks right here; the process lives on and must find a new one."""
    told = shop.promise("MIDTRANS")
    arm(name, "drop_db_conn")
    until_answered(lambda: shop.place(told))
    row.expect(has_fired(name), f"{name} was never reached with a connection to lose")
