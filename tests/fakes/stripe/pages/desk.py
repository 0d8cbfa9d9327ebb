"""Which page a path is."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.fakes.server import Request, Response
from tests.fakes.stripe.account import Account
from tests.fakes.stripe.pages import bank, checkout, invoice, layout, portal

_PAGES: tuple[tuple[re.Pattern[str], Callable[[Account, Request, str], Response]], ...] = (
    (re.compile(r"/c/pay/(cs_test_\w+)"), checkout.answer),
    (re.compile(r"/3ds/(\w+)"), bank.answer),
    (re.compile(r"/i/(in_\w+)"), invoice.answer),
    (re.compile(r"/p/session/(bps_\w+)"), portal.answer),
)
_PDF = re.compile(r"/i/(in_\w+)/pdf")


def answer(account: Account, request: Request) -> Response:
    """Give the page of a path."""
    if found := _PDF.fullmatch(request.path):
        return invoice.pdf(account, found[1])
    for pattern, shows in _PAGES:
        if found := pattern.fullmatch(request.path):
            return shows(account, request, found[1])
    return layout.page("Nothing here", "<p>There is no such page.</p>", status=404)
