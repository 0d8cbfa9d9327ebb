"""The Checkout page. https://docs.stripe.com/payments/checkout"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from tests.fakes.server import Request, Response, redirect
from tests.fakes.stripe.account import Account
from tests.fakes.stripe.calls import checkout
from tests.fakes.stripe.engine import cards, cycle
from tests.fakes.stripe.errors import StripeRefused, invalid
from tests.fakes.stripe.money import day, shown
from tests.fakes.stripe.pages import layout
from tests.fakes.stripe.shapes import Obj


def answer(account: Account, request: Request, id: str) -> Response:
    """Show the page, or do what was clicked."""
    session = account.books.find("checkout.session", id)
    if session is None:
        return layout.page("Nothing here", "<p>There is no such checkout.</p>", status=404)
    if session["status"] != "open":
        back = session["_params"].get("cancel_url") or session["success_url"] or ""
        link = f'<a class="button plain" href="{escape(back)}">Back</a>' if back else ""
        return layout.page("This checkout is closed", f"<p>It is {session['status']}.</p>{link}", status=410)
    if request.method != "POST":
        return _show(account, session)
    form = request.form()
    try:
        return _act(account, session, form)
    except StripeRefused as refusal:
        # What was tried has been put back, so the page is read anew.
        return _show(account, account.books.get("checkout.session", id), refusal.message, form)


def _act(account: Account, session: Obj, form: Mapping[str, str]) -> Response:
    act = form.get("act", "pay")
    here = account.link(f"c/pay/{session['id']}")
    if act == "coupon":
        checkout.measure(account, session, [_code(account, form.get("code", ""))])
        return redirect(here)
    if act == "remove_coupon":
        checkout.measure(account, session, [])
        return redirect(here)
    if act == "cancel":
        return redirect(session["_params"].get("cancel_url") or here)
    if act == "expire":
        cycle.expire_session(account, session)
        return redirect(here)
    session["_form"] = {name: form.get(name, "") for name in ("email", "tax_id", "name")}
    if not checkout.needs_card(session) and not form.get("number"):
        return complete(account, session, None)
    month, year = layout.read_expiry(form.get("exp", "12/34"))
    details = {"email": form.get("email") or None, "name": form.get("name") or None}
    method = cards.make_card(account, form.get("number", ""), month=month, year=year, details=details)
    if cards.bank_of(account, method).asks != "never":
        session["_asks"] = method["id"]
        return redirect(account.link(f"3ds/{session['id']}"))
    return complete(account, session, method)


def _code(account: Account, text: str) -> dict[str, str]:
    for code in account.books.all("promotion_code", active=True):
        if code["code"].lower() == text.strip().lower():
            return {"promotion_code": code["id"]}
    raise invalid("This code is invalid.")


def complete(account: Account, session: Obj, method: Obj | None) -> Response:
    """Buy, and send the person back to the shop. Raises StripeRefused when the bank says no."""
    form = session.get("_form") or {}
    number = form.get("tax_id", "").strip()
    done = checkout.finish(
        account,
        session,
        method,
        email=form.get("email") or "test@example.com",
        tax_id=("id_npwp", number) if number else None,
    )
    url = str(done["success_url"] or account.link(f"c/pay/{session['id']}"))
    return redirect(url.replace("{CHECKOUT_SESSION_ID}", session["id"]))


def _show(account: Account, session: Obj, error: str = "", form: Mapping[str, str] | None = None) -> Response:
    given = form or {}
    body = layout.problem(error) + _summary(account, session) + _coupon(session, given)
    inside = ""
    if not session["customer"]:
        email = given.get("email") or session["customer_email"] or ""
        inside += layout.field("email", "Email", email, type="email", autocomplete="email", required="")
    if session["tax_id_collection"]["enabled"]:
        inside += layout.field("tax_id", "NPWP (optional)", given.get("tax_id", ""), inputmode="numeric")
    if checkout.needs_card(session) or session["mode"] == "setup":
        inside += layout.card_fields()
    else:
        inside += '<p class="note">Nothing is due today, so no card is needed.</p>'
    inside += f'<button name="act" value="pay">{escape(_call(session))}</button>'
    body += f'<form method="post">{inside}</form>'
    if session["_params"].get("cancel_url"):
        body += layout.button("cancel", "Back without paying", "plain")
    body += layout.button("expire", "Let this page expire", "plain")
    return layout.page(_title(session), body, status=402 if error else 200)


def _title(session: Obj) -> str:
    return {"subscription": "Subscribe", "setup": "Save a card", "payment": "Pay"}[session["mode"]]


def _call(session: Obj) -> str:
    if session["mode"] == "setup":
        return "Save card"
    if not session["amount_total"]:
        return "Start trial" if session["_params"].get("subscription_data") else "Subscribe"
    words = "Subscribe and pay" if session["mode"] == "subscription" else "Pay"
    return f"{words} {shown(session['amount_total'], session['currency'])}"


def _summary(account: Account, session: Obj) -> str:
    if session["mode"] == "setup":
        return '<p class="note">The card is saved for later invoices.</p>'
    currency = session["currency"]
    rows = {row["description"]: shown(row["amount"], currency) for row in session["_lines"]}
    totals = session["total_details"]
    if totals["amount_discount"]:
        rows["Discount"] = shown(-totals["amount_discount"], currency)
    if totals["amount_tax"]:
        label = "Tax" if session["_exclusive"] else "Tax (included)"
        rows[label] = shown(totals["amount_tax"], currency)
    rows["Due today"] = shown(session["amount_total"], currency)
    sum_up = f'<p class="sum">{escape(shown(session["amount_total"], currency))}</p>'
    return sum_up + layout.facts(rows, "Due today") + _trial(account, session)


def _trial(account: Account, session: Obj) -> str:
    data = session["_params"].get("subscription_data") or {}
    end = data.get("trial_end")
    if days := data.get("trial_period_days"):
        end = account.books.now_of(session) + days * 86_400
    return (
        f'<p class="note">Trial until {day(end)}; the first payment comes after it.</p>'
        if isinstance(end, int)
        else ""
    )


def _coupon(session: Obj, given: Mapping[str, str]) -> str:
    if session["mode"] == "setup" or not session["allow_promotion_codes"]:
        return ""
    if session["_discounts"]:
        return layout.button("remove_coupon", "Remove the code", "plain")
    return (
        '<form method="post"><div class="row"><div>'
        + layout.field("code", "Promotion code", given.get("code", ""), autocomplete="off")
        + '</div></div><button class="plain" name="act" value="coupon">Apply</button></form>'
    )
