"""F-MAIL: the mail server is away, says "later", or takes its time; a name cannot be resolved."""

import time

from core.integrations import services as integrations
from core.integrations.models import DeliveryState, WebhookDelivery
from tenants import context
from tenants.permissions import SYSTEM
from tests.chaos import truth
from tests.chaos.report import Report, Row
from tests.chaos.shop import Shop
from tests.chaos.stage import Stage

_QUICK = 5.0


def run(report: Report, stage: Stage, shops: list[Shop], *, short: bool) -> None:
    """People buy as quickly as ever, and every mail arrives in the end."""
    with report.row("F-MAIL") as row:
        _later(row, stage, shops)
        if not short:
            _away(row, stage, shops)
            _cut(row, stage, shops)
            _slow(row, stage, shops)
            _unknown_name(row, stage, shops)


def _buy(row: Row, shop: Shop) -> None:
    began = time.monotonic()
    shop.buy()
    took = time.monotonic() - began
    row.expect(took < _QUICK, f"an order waited {took:.0f} s for the mail server")
    row.runs += 1


def _away(row: Row, stage: Stage, shops: list[Shop]) -> None:
    stage.to_mail.refuse()
    for shop in shops:
        _buy(row, shop)
    time.sleep(2)
    stage.to_mail.heal()
    truth.check(row, stage, shops)


def _later(row: Row, stage: Stage, shops: list[Shop]) -> None:
    """Greylisting: strangers are told to come again."""
    stage.postbox.later = True
    for shop in shops:
        _buy(row, shop)
    time.sleep(2)
    stage.postbox.later = False
    truth.check(row, stage, shops)


def _cut(row: Row, stage: Stage, shops: list[Shop]) -> None:
    """The line breaks after the greeting, then in the middle of the talk."""
    for count in (10, 60, 120):
        stage.to_mail.cut_answers_after(count)
        _buy(row, shops[0])
        time.sleep(1)
        stage.to_mail.heal()
        truth.check(row, stage, shops)


def _slow(row: Row, stage: Stage, shops: list[Shop]) -> None:
    """Each answer comes after the sender has lost patience."""
    stage.postbox.seconds = 3.0
    _buy(row, shops[1])
    time.sleep(4)
    stage.postbox.seconds = 0.0
    truth.check(row, stage, shops, settles_within=90)


def _unknown_name(row: Row, stage: Stage, shops: list[Shop]) -> None:
    """A webhook whose name nobody can resolve: it fails alone."""
    with context.in_store(shops[0].store):
        told = integrations.add_endpoint(
            url="https://hooks.invalid/x", event_types=["order.placed"], actor=SYSTEM
        )
        endpoint = told[0]
    _buy(row, shops[0])
    with context.in_store(shops[0].store):
        tried = WebhookDelivery.objects.filter(endpoint=endpoint).exclude(tries=[])
        row.eventually(tried.exists, "nobody tried the webhook without an address")
        failures = [each["failure"] for row_ in tried for each in row_.tries]
        row.expect(set(failures) == {"NAME"}, f"a name that nobody knows: {failures}")
        integrations.remove_endpoint(public_id=endpoint.public_id, actor=SYSTEM)
        left = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
        row.expect(not left.exists(), "a removed webhook still waits")
    truth.check(row, stage, shops)
