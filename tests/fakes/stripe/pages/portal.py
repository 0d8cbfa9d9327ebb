"""The customer portal. https://docs.stripe.com/customer-management"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from tests.fakes.server import Request, Response, redirect
from tests.fakes.stripe.account import Account
from tests.fakes.stripe.calls import schedules, subscriptions
from tests.fakes.stripe.calls.previews import create_preview
from tests.fakes.stripe.engine import cards, changes, items, lines, standing
from tests.fakes.stripe.engine.people import add_tax_id
from tests.fakes.stripe.errors import StripeRefused, invalid
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.money import day, shown
from tests.fakes.stripe.pages import layout
from tests.fakes.stripe.shapes import Obj

_LENGTH = {"day": 1, "week": 7, "month": 30, "year": 365}
_DONE = {"payment_method_update": "card", "subscription_cancel": "cancel", "subscription_update": "update"}


def answer(account: Account, request: Request, id: str) -> Response:
    """Show what this customer may do, or do it."""
    session = account.books.find("billing_portal.session", id)
    if session is None:
        return layout.page("Nothing here", "<p>This link has expired.</p>", status=404)
    if request.method != "POST":
        return _show(account, session, said=request.query.get("said", ""))
    form = request.form()
    acts: dict[str, Callable[[Account, Obj, Mapping[str, str]], str]] = {
        "update": _update,
        "confirm": _confirm,
        "cancel": _cancel,
        "undo": _undo,
        "release": _release,
        "card": _card,
        "tax_id": _tax_id,
    }
    act = form.get("act", "")
    try:
        if act not in acts:
            raise invalid("This button is not there.")
        if act == "update" and not form.get("sure"):
            return _ask(account, session, form)
        with account.books.undoing():
            said = acts[act](account, account.books.get("billing_portal.session", id), form)
    except StripeRefused as refusal:
        # What was tried has been put back, so the page is read anew.
        return _show(account, account.books.get("billing_portal.session", id), error=refusal.message)
    return _after(account, session, act, said)


def _after(account: Account, session: Obj, act: str, said: str) -> Response:
    flow = session["flow"]
    if (
        flow
        and flow["after_completion"]["type"] == "redirect"
        and act in {_DONE.get(flow["type"]), "confirm"}
    ):
        return redirect(flow["after_completion"]["redirect"]["return_url"])
    return redirect(f"{session['url']}?said={said}")


# --- Acts ---------------------------------------------------------------------------------------------


def _subscription(account: Account, session: Obj, form: Mapping[str, str]) -> Obj:
    subscription = account.books.get("subscription", form.get("subscription", ""))
    if subscription["customer"] != session["customer"]:
        raise invalid("This subscription is not yours.")
    return subscription


def _may(account: Account, session: Obj, feature: str) -> Obj:
    configuration = account.books.get("billing_portal.configuration", session["configuration"])
    allowed = configuration["features"][feature]
    if not allowed["enabled"]:
        raise invalid("This portal does not allow it.")
    return dict(allowed)


def _update(account: Account, session: Obj, form: Mapping[str, str]) -> str:
    allowed = _may(account, session, "subscription_update")
    subscription = _subscription(account, session, form)
    price = account.books.get("price", form.get("price", ""))
    if not any(price["id"] in row["prices"] for row in allowed["products"]):
        raise invalid("This plan cannot be chosen.")
    wish = {"id": _main(subscription)["id"], "price": price["id"]}
    _change(account, subscription, [wish], price, allowed)
    return "Your plan has been updated"


def _confirm(account: Account, session: Obj, form: Mapping[str, str]) -> str:
    allowed = _may(account, session, "subscription_update")
    flow = session["flow"]["subscription_update_confirm"]
    subscription = account.books.get("subscription", flow["subscription"])
    wishes = [dict(row) for row in flow["items"]]
    price = account.books.get("price", wishes[0].get("price") or _main(subscription)["price"]["id"])
    _change(account, subscription, wishes, price, allowed)
    return "Your plan has been updated"


def _change(account: Account, subscription: Obj, wishes: list[Params], price: Obj, allowed: Obj) -> None:
    subscriptions.refuse(account, subscription, {"items": []})
    if _waits(allowed, subscription, price):
        _at_period_end(account, subscription, wishes)
        return
    params: Params = {
        "items": wishes,
        "proration_behavior": allowed["proration_behavior"],
        "payment_behavior": "error_if_incomplete",
    }
    with account.books.changing(standing.UPDATED, subscription):
        if subscription["status"] == "trialing" and allowed["trial_update_behavior"] == "end_trial":
            changes.extend_trial(account, subscription, "now")
        subscriptions.rewrite(account, subscription, params)


def _waits(allowed: Obj, subscription: Obj, price: Obj) -> bool:
    """Whether this change happens at the end of the period."""
    old = _main(subscription)
    currency = subscription["currency"]
    kinds = {row["type"] for row in allowed["schedule_at_period_end"]["conditions"]}
    cheaper = lines.amount_of(price, currency, 1) < lines.amount_of(old["price"], currency, 1)
    new_length, old_length = (
        _LENGTH[row["recurring"]["interval"]] * row["recurring"]["interval_count"]
        for row in (price, old["price"])
    )
    if new_length < old_length:
        return "shortening_interval" in kinds
    return cheaper and new_length == old_length and "decreasing_item_amount" in kinds


def _at_period_end(account: Account, subscription: Obj, wishes: list[Params]) -> None:
    schedule = schedules.create(account, {"from_subscription": subscription["id"]})
    chosen = {wish["id"]: wish for wish in wishes}
    first = schedule["phases"][0]
    rows = []
    for item in items.held(subscription):
        wish = chosen.get(item["id"], {})
        row: Params = {"price": wish.get("price") or item["price"]["id"]}
        if not items.is_metered(item):
            row["quantity"] = wish.get("quantity") or item["quantity"]
        rows.append(row)
    now_rows = [
        {name: row[name] for name in ("price", "quantity") if row[name] is not None} for row in first["items"]
    ]
    same: Params = {"discounts": [{"discount": row["discount"]} for row in first["discounts"]]}
    phases = [
        {**same, "items": now_rows, "start_date": first["start_date"], "end_date": first["end_date"]},
        {
            **same,
            "items": rows,
            "duration": {"interval": "month", "interval_count": 1},
            "proration_behavior": "none",
        },
    ]
    schedules.update(account, {"phases": phases, "end_behavior": "release"}, schedule["id"])


def _cancel(account: Account, session: Obj, form: Mapping[str, str]) -> str:
    allowed = _may(account, session, "subscription_cancel")
    subscription = _subscription(account, session, form)
    subscriptions.refuse(account, subscription, {"cancel_at_period_end": True})
    if form.get("feedback"):
        subscription["cancellation_details"]["feedback"] = form["feedback"]
    if allowed["mode"] == "immediately":
        changes.end_now(account, subscription, prorate=allowed["proration_behavior"] != "none")
        return "Your subscription has ended"
    with account.books.changing(standing.UPDATED, subscription):
        changes.end_at_period_end(account, subscription, True)
    return "Your subscription will end"


def _undo(account: Account, session: Obj, form: Mapping[str, str]) -> str:
    subscription = _subscription(account, session, form)
    with account.books.changing(standing.UPDATED, subscription):
        changes.end_at_period_end(account, subscription, False)
    return "Your subscription goes on"


def _release(account: Account, session: Obj, form: Mapping[str, str]) -> str:
    subscription = _subscription(account, session, form)
    if subscription["schedule"]:
        schedules.release(account, {}, subscription["schedule"])
    return "Your plan stays as it is"


def _card(account: Account, session: Obj, form: Mapping[str, str]) -> str:
    _may(account, session, "payment_method_update")
    customer = account.books.get("customer", session["customer"])
    month, year = layout.read_expiry(form.get("exp", "12/34"))
    method = cards.make_card(account, form.get("number", ""), month=month, year=year)
    cards.attach(account, method, customer)
    method["_set_up"] = True
    cards.make_default(account, customer, method)
    for subscription in account.books.all("subscription", customer=customer["id"]):
        if subscription["default_payment_method"] and subscription["status"] not in standing.OVER:
            with account.books.changing(standing.UPDATED, subscription):
                subscription["default_payment_method"] = method["id"]
    return "Your card has been saved"


def _tax_id(account: Account, session: Obj, form: Mapping[str, str]) -> str:
    _may(account, session, "customer_update")
    add_tax_id(account, account.books.get("customer", session["customer"]), "id_npwp", form.get("tax_id", ""))
    return "Your NPWP has been saved"


# --- The page -----------------------------------------------------------------------------------------


def _main(subscription: Obj) -> Obj:
    """The item that is the plan."""
    held = items.held(subscription)
    return next((item for item in held if not items.is_metered(item)), held[0])


def _show(account: Account, session: Obj, error: str = "", said: str = "") -> Response:
    features = account.books.get("billing_portal.configuration", session["configuration"])["features"]
    customer = account.books.get("customer", session["customer"])
    only = session["flow"]["type"] if session["flow"] and not said else ""
    body = layout.problem(error) + (f'<p class="good" role="status">{escape(said)}.</p>' if said else "")
    for subscription in account.books.all("subscription", customer=customer["id"]):
        if subscription["status"] not in standing.OVER:
            body += _of_subscription(account, session, subscription, features, only)
    if features["payment_method_update"]["enabled"] and only in {"", "payment_method_update"}:
        body += _of_card(account, customer)
    if features["customer_update"]["enabled"] and not only:
        inside = layout.field("tax_id", "NPWP", inputmode="numeric")
        inside += '<button class="plain" name="act" value="tax_id">Save</button>'
        body += f'<h2>Tax id</h2><form method="post">{inside}</form>'
    if features["invoice_history"]["enabled"] and not only:
        body += _history(account, customer)
    if session["return_url"]:
        body += f'<a class="button plain" href="{escape(session["return_url"])}">Return to SmartSeller</a>'
    return layout.page("Billing", body, status=402 if error else 200)


def _of_subscription(account: Account, session: Obj, subscription: Obj, features: Obj, only: str) -> str:
    item, ref = _main(subscription), subscription["id"]
    end = items.period_end(subscription)
    rows = {
        items.words(account, subscription, item): subscription["status"],
        "Period ends": day(end),
    }
    if subscription["cancel_at"]:
        rows["Ends on"] = day(subscription["cancel_at"])
    body = "<h2>Your plan</h2>" + layout.facts(rows)
    if subscription["schedule"]:
        body += '<p class="note">Another plan begins after this period.</p>'
        return body + layout.button("release", "Keep this plan", "plain", subscription=ref)
    if subscription["cancel_at_period_end"]:
        return body + layout.button("undo", "Don't cancel", subscription=ref)
    flow = (session["flow"] or {}).get("subscription_update_confirm")
    if only == "subscription_update_confirm" and flow["subscription"] == ref:
        return body + _confirmation(
            account, subscription, [dict(row) for row in flow["items"]], features, "confirm", {}
        )
    if features["subscription_update"]["enabled"] and only in {"", "subscription_update"}:
        body += _plans(account, subscription, features["subscription_update"])
    if features["subscription_cancel"]["enabled"] and only in {"", "subscription_cancel"}:
        body += layout.button("cancel", "Cancel subscription", "bad", subscription=ref)
    return body


def _plans(account: Account, subscription: Obj, allowed: Obj) -> str:
    now, currency = _main(subscription)["price"]["id"], subscription["currency"]
    options = ""
    for row in allowed["products"] or []:
        product = account.books.get("product", row["product"])
        for ref in row["prices"]:
            price = account.books.get("price", ref)
            if ref == now or (price["currency"] != currency and currency not in price["_options"]):
                continue
            unit = shown(lines.amount_of(price, currency, 1), currency)
            label = f"{product['name']}, {unit} / {price['recurring']['interval']}"
            radio = f'<input type="radio" name="price" value="{ref}" required>'
            options += f'<label class="pick">{radio} {escape(label)}</label>'
    if not options:
        return ""
    hidden = f'<input type="hidden" name="subscription" value="{subscription["id"]}">'
    return (
        f'<form method="post">{hidden}<fieldset style="border:0;padding:0"><legend><b>Another plan</b>'
        f"</legend>{options}"
        '</fieldset><button name="act" value="update">Continue</button></form>'
    )


def _ask(account: Account, session: Obj, form: Mapping[str, str]) -> Response:
    features = account.books.get("billing_portal.configuration", session["configuration"])["features"]
    subscription = _subscription(account, session, form)
    account.books.get("price", form.get("price", ""))
    wishes: list[Params] = [{"id": _main(subscription)["id"], "price": form["price"]}]
    hidden = {"price": form["price"], "subscription": subscription["id"], "sure": "1"}
    body = _confirmation(account, subscription, wishes, features, "update", hidden)
    return layout.page("Confirm your new plan", body + f'<a href="{escape(session["url"])}">Back</a>')


def _confirmation(
    account: Account,
    subscription: Obj,
    wishes: list[Params],
    features: Obj,
    act: str,
    hidden: Mapping[str, str],
) -> str:
    allowed = features["subscription_update"]
    price = account.books.get("price", wishes[0].get("price") or _main(subscription)["price"]["id"])
    name = account.books.get("product", price["product"])["name"]
    if _waits(allowed, subscription, price):
        words = f"{name} begins on {day(items.period_end(subscription))}. Nothing is due today."
        return f"<p>{escape(words)}</p>" + layout.button(act, "Confirm", **hidden)
    told = create_preview(
        account,
        {
            "subscription": subscription["id"],
            "subscription_details": {"items": wishes, "proration_behavior": allowed["proration_behavior"]},
        },
    )
    currency = told["currency"]
    rows = {row["description"]: shown(row["amount"], currency) for row in told["lines"]["data"]}
    now = told["billing_reason"] == "subscription_update"
    total = "Due today" if now else "On the next invoice"
    rows[total] = shown(told["amount_due"], currency)
    return layout.facts(rows, total) + layout.button(act, "Confirm", **hidden)


def _of_card(account: Account, customer: Obj) -> str:
    running = account.books.all("subscription", customer=customer["id"])
    method = cards.default_for(account, customer, running[0] if running else None)
    now = f"{method['card']['brand']} ending in {method['card']['last4']}" if method else "none yet"
    inside = layout.card_fields() + '<button class="plain" name="act" value="card">Save this card</button>'
    return f'<h2>Your card</h2><p class="note">Now: {escape(now)}</p><form method="post">{inside}</form>'


def _history(account: Account, customer: Obj) -> str:
    rows = "".join(
        f'<li><a href="{escape(str(row["hosted_invoice_url"]))}">{escape(row["number"] or "")}</a>'
        f"<span>{day(row['created'])}</span><span>{escape(shown(row['total'], row['currency']))}</span>"
        f"<span>{row['status']}</span></li>"
        for row in account.books.all("invoice", customer=customer["id"])
        if row["status"] != "draft"
    )
    return f"<h2>Invoices</h2><ul>{rows or '<li>None yet</li>'}</ul>"
