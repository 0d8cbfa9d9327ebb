"""What goes on by itself with invoices, what is overdue, access and fees.

A routine only writes a duty: the work has a transaction for each store, and calls providers outside of any.
"""

import logging
from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext_lazy as _

from billing import clock
from billing.models import FeeEntry, Provider
from billing.services import access, add_ons, collecting, commissions, cycling, dunning, fees
from tenants import work
from tenants.routines import every

log = logging.getLogger(__name__)
GO_ON: Final = "billing.plans_go_on"
ASK: Final = "billing.ask_about_payments"
REPORT: Final = "billing.report_fees"
PARTNERS: Final = "billing.pay_partners"


def go_on() -> None:
    """New periods, overdue payments, reminders, and what follows of them for what a store may do."""
    now = clock.now()
    add_ons.run(now)
    cycling.run(now)
    cycling.bill_fees(now)
    cycling.bill_add_ons(now)
    dunning.run(now)
    access.recompute(now)


def ask_about_payments() -> None:
    """Ask for payments that nobody told us of."""
    collecting.ask_about_waiting(clock.now())


def report_fees() -> None:
    """Tell the card provider's meter of new fees. A store that fails does not keep the others waiting."""
    waiting = FeeEntry.objects.filter(report__isnull=True, store__subscription__provider=Provider.STRIPE)
    for store_id in waiting.values_list("store_id", flat=True).distinct():
        try:
            fees.report_to_card(store_id=store_id, now=clock.now())
        except fees.FeeNotTaken:
            log.exception("a fee of store %s was not taken", store_id)


def pay_partners() -> None:
    """What partners earned, and their statements of past months."""
    now = clock.now()
    commissions.catch_up(now)
    commissions.make_statements(now)


@every(minutes=5, of_platform=True)
def let_plans_go_on() -> None:
    """Have the plans looked at."""
    _ask_for(GO_ON)


@every(minutes=5, of_platform=True)
def ask_again() -> None:
    """Have the payments asked about that wait."""
    _ask_for(ASK)


@every(hours=1, of_platform=True)
def tell_fees() -> None:
    """Have new fees reported."""
    _ask_for(REPORT)


@every(hours=1, of_platform=True)
def look_after_partners() -> None:
    """Have commissions brought to what was paid."""
    _ask_for(PARTNERS)


@every(hours=24, label=_("Count the fees again"))
def recount_fees_of_store() -> None:
    """Find what the events of a store have missed."""
    fees.recount(clock.now())


def _ask_for(kind: str) -> None:
    work.enqueue(kind, {}, dedupe_key=kind)


_DUTIES: Final[dict[str, Callable[[], None]]] = {
    GO_ON: go_on,
    ASK: ask_about_payments,
    REPORT: report_fees,
    PARTNERS: pay_partners,
}
for _kind, _body in _DUTIES.items():
    work.register(_kind, _body, retries=3, atomic=False, of_platform=True)
