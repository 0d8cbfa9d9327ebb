"""Where a cardholder answers the bank. https://docs.stripe.com/payments/3d-secure/authentication-flow"""

from __future__ import annotations

from html import escape

from tests.fakes.server import Request, Response, redirect
from tests.fakes.stripe.account import Account
from tests.fakes.stripe.calls.payments import complete_setup
from tests.fakes.stripe.engine import charging, collecting
from tests.fakes.stripe.errors import StripeRefused
from tests.fakes.stripe.pages import checkout, layout
from tests.fakes.stripe.shapes import Obj


def answer(account: Account, request: Request, id: str) -> Response:
    """Ask, or hear the answer."""
    asked = account.books.anywhere(id)
    waiting = asked and (asked.get("_asks") or asked.get("status") == "requires_action")
    if asked is None or not waiting:
        return layout.page("Nothing to confirm", "<p>The bank asks nothing any more.</p>", status=410)
    if request.method != "POST":
        body = "<p>The bank of this card wants to know whether it is you who pays.</p>"
        return layout.page(
            "3-D Secure",
            body + layout.button("complete", "Complete") + layout.button("fail", "Fail", "bad"),
        )
    agreed = request.form().get("act") == "complete"
    if asked["object"] == "checkout.session":
        return _checkout(account, asked, agreed=agreed)
    if asked["object"] == "setup_intent":
        return _setup(account, asked, agreed=agreed)
    return _payment(account, asked, agreed=agreed)


def _checkout(account: Account, session: Obj, *, agreed: bool) -> Response:
    method = account.books.get("payment_method", session.pop("_asks"))
    if not agreed:
        back = account.link(f"c/pay/{session['id']}")
        message = (
            "We are unable to authenticate your payment method. Please choose a different one and try again."
        )
        return layout.page(
            "Not confirmed",
            layout.problem(message) + f'<a class="button" href="{escape(back)}">Try again</a>',
            status=402,
        )
    try:
        return checkout.complete(account, session, method)
    except StripeRefused as refusal:
        back = account.link(f"c/pay/{session['id']}")
        link = f'<a class="button" href="{escape(back)}">Try again</a>'
        return layout.page("Declined", layout.problem(refusal.message) + link, status=402)


def _setup(account: Account, intent: Obj, *, agreed: bool) -> Response:
    back = intent["next_action"]["redirect_to_url"]["return_url"]
    if agreed:
        complete_setup(account, intent)
    else:
        intent.update(status="requires_payment_method", next_action=None, payment_method=None)
        account.books.emit("setup_intent.setup_failed", intent)
    return redirect(back) if back else _said(agreed)


def _payment(account: Account, intent: Obj, *, agreed: bool) -> Response:
    method = account.books.get("payment_method", intent["payment_method"])
    invoice = account.books.find("invoice", intent.get("_invoice"))
    if not agreed:
        intent.update(status="requires_payment_method", next_action=None)
        account.books.emit("payment_intent.payment_failed", intent)
    elif invoice:
        collecting.collect(account, invoice, method=method, off_session=False, confirmed=True)
    else:
        charging.confirm(account, intent, method, off_session=False, confirmed=True)
    return redirect(account.link(f"i/{invoice['id']}")) if invoice else _said(agreed)


def _said(agreed: bool) -> Response:
    return layout.page(
        "Thank you", f"<p>The bank has heard: {'yes' if agreed else 'no'}. You can close this page.</p>"
    )
