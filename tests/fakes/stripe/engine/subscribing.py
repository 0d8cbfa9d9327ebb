"""The beginning of a subscription: trial or first invoice.

https://docs.stripe.com/billing/subscriptions/overview, https://docs.stripe.com/billing/subscriptions/trials
"""

from __future__ import annotations

from typing import Any

from tests.fakes.stripe.account import Account, merge_metadata, settle
from tests.fakes.stripe.books import token
from tests.fakes.stripe.engine import cards, charging, collecting, coupons, invoicing, items, lines, standing
from tests.fakes.stripe.errors import StripeRefused, invalid
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.money import DAY, part, period_after
from tests.fakes.stripe.shapes import Obj

_DETAILS = ("comment", "feedback", "feedback_option", "reason")


def subscribe(account: Account, customer: Obj, params: Params, *, confirmed: bool = False) -> Obj:
    """Begin a subscription. Raises StripeRefused; then nothing was begun.

    confirmed   the cardholder is there and has answered the bank
    """
    with account.books.undoing(customer=customer["id"]):
        subscription = _open(account, customer, params)
        behaviour = params.get("payment_behavior") or "allow_incomplete"
        if behaviour == "pending_if_incomplete":
            raise invalid(
                "You cannot use `payment_behavior=pending_if_incomplete` when creating a subscription.",
                param="payment_behavior",
            )
        account.books.emit("customer.subscription.created", subscription)
        invoice = _first_invoice(account, customer, subscription, params)
        if subscription["status"] == "trialing":
            _maybe_warn(account, subscription)
        _begin_to_pay(account, customer, subscription, invoice, behaviour, confirmed)
    return account.books.get("subscription", subscription["id"])


def _open(account: Account, customer: Obj, params: Params) -> Obj:
    books = account.books
    now = books.now_of(customer)
    if not params.get("items"):
        raise invalid("You must pass in at least one item.", param="items", code="parameter_missing")
    currency = _currency(account, customer, params)
    trial_end = _trial_end(params, now)
    end_behavior = {"billing_cycle_anchor": None, "missing_payment_method": "create_invoice"}
    end_behavior |= (params.get("trial_settings") or {}).get("end_behavior") or {}
    subscription = books.add(
        "subscription",
        "sub",
        id=f"sub_{token()}",
        created=now,
        automatic_tax={"disabled_reason": None, "enabled": False, "liability": None}
        | (params.get("automatic_tax") or {}),
        billing_cycle_anchor=trial_end or params.get("billing_cycle_anchor") or now,
        billing_mode={"flexible": {"proration_discounts": "included"}, "type": "flexible", "updated_at": now},
        billing_schedules=[],
        cancel_at_period_end=False,
        cancellation_details=dict.fromkeys(_DETAILS),
        collection_method=params.get("collection_method") or "charge_automatically",
        currency=currency,
        customer=customer["id"],
        days_until_due=settle(params.get("days_until_due")),
        default_tax_rates=items.rates(account, settle(params.get("default_tax_rates"))),
        description=settle(params.get("description")),
        discounts=[],
        invoice_settings={
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": {"account": None, "type": "self"},
        },
        items=None,
        metadata={},
        payment_settings={
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        }
        | (params.get("payment_settings") or {}),
        start_date=now,
        status="trialing" if trial_end else "incomplete",
        test_clock=customer["test_clock"],
        trial_end=trial_end,
        trial_settings={"end_behavior": end_behavior},
        trial_start=now if trial_end else None,
    )
    if params.get("collection_method") == "send_invoice" and not params.get("days_until_due"):
        raise invalid(
            "You must set days_until_due when collection_method is send_invoice.", param="days_until_due"
        )
    _fill(account, customer, subscription, params)
    return subscription


def _fill(account: Account, customer: Obj, subscription: Obj, params: Params) -> None:
    now, anchor = subscription["created"], subscription["billing_cycle_anchor"]
    rows = [
        items.make(account, subscription, wish, now, f"items[{at}]")
        for at, wish in enumerate(params["items"])
    ]
    for item in rows:
        item["current_period_end"] = anchor if anchor > now else period_after(anchor, now, *items.beat(item))
    items.hold(subscription, rows)
    merge_metadata(subscription, params)
    if method := params.get("default_payment_method"):
        found = account.books.get("payment_method", method, param="default_payment_method")
        if found["customer"] != customer["id"]:
            raise invalid(
                f"The customer does not have a payment method with the ID {method}.",
                param="default_payment_method",
                code="resource_missing",
            )
        subscription["default_payment_method"] = method
    for wish in settle(params.get("discounts")) or []:
        discount = coupons.redeem(
            account,
            wish,
            customer=customer,
            currency=subscription["currency"],
            subscription=subscription["id"],
        )
        subscription["discounts"].append(discount["id"])
    if params.get("cancel_at_period_end"):
        subscription.update(
            cancel_at_period_end=True, cancel_at=items.period_end(subscription), canceled_at=now
        )
    elif isinstance(params.get("cancel_at"), int):
        subscription.update(cancel_at=params["cancel_at"], canceled_at=now)


def _currency(account: Account, customer: Obj, params: Params) -> str:
    first = items.price_of(account, params["items"][0], "items[0]")
    wished = params.get("currency") or customer["currency"] or first["currency"]
    if wished != first["currency"] and wished not in first["_options"] and not params.get("currency"):
        wished = first["currency"]
    if customer["currency"] not in {None, wished}:
        raise invalid(
            "You cannot combine currencies on a single customer. This customer has had a "
            "subscription, coupon, "
            f"or invoice item with currency {customer['currency']}",
            param="currency",
        )
    return str(wished)


def _trial_end(params: Params, now: int) -> int | None:
    wish = params.get("trial_end")
    if params.get("trial_period_days") is not None and wish is not None:
        raise invalid("You may only specify one of these parameters: trial_end, trial_period_days.")
    if isinstance(wish, int):
        if wish <= now or wish > now + 5 * 366 * DAY:
            raise invalid(
                "Invalid timestamp: must be an integer Unix timestamp in the future", param="trial_end"
            )
        return wish
    days = params.get("trial_period_days") or 0
    if not 0 <= days <= 730:
        raise invalid("trial_period_days must be between 1 and 730", param="trial_period_days")
    return now + days * DAY if days else None


def _first_invoice(account: Account, customer: Obj, subscription: Obj, params: Params) -> Obj:
    now = subscription["created"]
    rows = []
    for item in items.held(subscription):
        if items.is_metered(item):
            continue
        if subscription["status"] == "trialing":
            text = f"Trial period for {items.name_of(account, item)}"
            rows.append(items.line_of(account, subscription, item, amount=0, text=text))
        else:
            rows.append(
                items.line_of(account, subscription, item, amount=_until_anchor(subscription, item, params))
            )
    for wish in params.get("add_invoice_items") or []:
        rows.append(_extra(account, customer, subscription, wish))
    invoice = invoicing.draft(
        account,
        customer,
        reason="subscription_create",
        rows=rows,
        currency=subscription["currency"],
        subscription=subscription,
        discounts=coupons.live(account, subscription),
        period=(now, now),
    )
    subscription["latest_invoice"] = invoice["id"]
    invoicing.announce(account, invoice)
    coupons.spend(account, subscription, invoice)
    return invoicing.finalize(account, invoice)


def _until_anchor(subscription: Obj, item: Obj, params: Params) -> int | None:
    """What a first period costs that is cut short by a chosen anchor; None if it is whole."""
    start, end = item["current_period_start"], item["current_period_end"]
    whole = period_after(start, start, *items.beat(item))
    if end >= whole:
        return None
    if params.get("proration_behavior") == "none":
        return 0
    return part(items.cost(subscription, item), start, whole, start + whole - end)


def _extra(account: Account, customer: Obj, subscription: Obj, wish: Params) -> Obj:
    price = account.books.get("price", wish.get("price"), param="add_invoice_items[0][price]")
    number = wish.get("quantity") or 1
    item = invoicing.new_item(
        account,
        customer,
        amount=lines.amount_of(price, subscription["currency"], number),
        currency=subscription["currency"],
        description=account.books.get("product", price["product"])["name"],
        quantity=number,
        pricing=invoicing.pricing_of(price, lines.unit_of(price, subscription["currency"])),
    )
    now = subscription["created"]
    return lines.line(
        amount=item["amount"],
        currency=item["currency"],
        description=item["description"],
        period=(now, now),
        parent=lines.of_invoice_item(item),
        price=price,
        quantity=number,
        subscription=subscription["id"],
    )


def _begin_to_pay(
    account: Account, customer: Obj, subscription: Obj, invoice: Obj, behaviour: str, confirmed: bool
) -> None:
    automatic = subscription["collection_method"] == "charge_automatically"
    method = cards.default_for(account, customer, subscription)
    if automatic and method is None and not confirmed and subscription["status"] == "trialing":
        subscription["pending_setup_intent"] = open_setup(account, customer)["id"]
    if invoice["amount_remaining"] <= 0:
        collecting.settle(account, invoice)
        return
    if not automatic:
        _activate(account, subscription)
        return
    if behaviour == "default_incomplete":
        charging.intent_of(account, invoice)
        return
    if method is None:
        raise invalid(
            "This customer has no attached payment source or default payment method. Please consider "
            "adding a "
            "default payment method. For more information, visit "
            "https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.",
            code="resource_missing",
        )
    outcome = collecting.collect(
        account, invoice, method=method, off_session=behaviour == "error_if_incomplete", confirmed=confirmed
    )
    if outcome.what != charging.PAID and behaviour == "error_if_incomplete":
        raise cards.declined(outcome.code)


def _activate(account: Account, subscription: Obj) -> None:
    with account.books.changing(standing.UPDATED, subscription):
        subscription["status"] = "active"


def _maybe_warn(account: Account, subscription: Obj) -> None:
    if subscription["trial_end"] - subscription["created"] <= 3 * DAY:
        subscription["_warned"] = True
        account.books.emit("customer.subscription.trial_will_end", subscription)


def open_setup(account: Account, customer: Obj | None, **fields: Any) -> Obj:
    """A card that waits to be saved. https://docs.stripe.com/api/setup_intents"""
    ref = f"seti_{token()}"
    intent = account.books.add(
        "setup_intent",
        "seti",
        id=ref,
        client_secret=f"{ref}_secret_{token()}",
        customer=customer["id"] if customer else None,
        metadata={},
        payment_method_options={"card": {"request_three_d_secure": "automatic"}},
        payment_method_types=["card"],
        status="requires_payment_method",
        usage="off_session",
        **fields,
    )
    account.books.emit("setup_intent.created", intent)
    return intent


def refuse_unless_alive(subscription: Obj) -> None:
    """Raise StripeRefused for a subscription that is over."""
    if subscription["status"] in standing.OVER:
        raise StripeRefused(
            400,
            "A canceled subscription can only update its cancellation_details and metadata.",
            code="resource_missing" if subscription["status"] == "canceled" else None,
        )
