"""The fields of every object as version 2026-10-28.endive has them, taken from the SDK's own classes.

https://docs.stripe.com/api, https://docs.stripe.com/changelog
What a class has and a fake's object has not is null on the wire, as Stripe sends it; what Stripe leaves out
unless asked is named here. Names that begin with an underscore are the fake's own and never leave it.
"""

from __future__ import annotations

import copy
import importlib
from functools import cache
from typing import Any, get_args

import stripe
from stripe._object_classes import OBJECT_CLASSES

Obj = dict[str, Any]
VERSION = "2026-10-28.endive"

_CARD_ONLY = "type card billing_details customer customer_account allow_redisplay".split()
# Present only when expanded or when it applies: null would promise what Stripe does not send.
_LEFT_OUT = {
    "customer": "business_name cash_balance individual_name invoice_credit_balance sources "
    "subscriptions tax tax_ids",
    "price": "currency_options tiers",
    "coupon": "applies_to currency_options",
    "product": "package_dimensions shippable tax_details type",
    "subscription": "presentment_details managed_payments status_details",
    "subscription_item": "billed_until current_trial",
    "invoice": "payments confirmation_secret status_details shipping_details subscription",
    "line_item": "invoice_item",
    "checkout.session": "line_items presentment_details managed_payments branding_settings name_collection "
    "optional_items excluded_payment_method_types allowed_payment_method_types permissions",
    "payment_intent": "amount_details hooks managed_payments presentment_details "
    "allowed_payment_method_types "
    "excluded_payment_method_types payment_details",
    "setup_intent": "managed_payments attach_to_self allowed_payment_method_types "
    "excluded_payment_method_types",
    "charge": "refunds level3 presentment_details radar_options authorization_code transfer",
    "refund": "destination_details next_action presentment_details instructions_email description "
    "failure_reason "
    "failure_balance_transaction pending_reason",
    "dispute": "enhanced_eligibility network_reason_code intended_submission_method",
    "event": "account context",
    "subscription_schedule": "",
    "tax_rate": "flat_amount",
    "billing_portal.session": "after_expiration",
    "webhook_endpoint": "secret",
}
INCLUDABLE = {
    "customer": {"subscriptions", "tax_ids", "sources"},
    "price": {"currency_options", "tiers"},
    "coupon": {"applies_to", "currency_options"},
    "invoice": {"payments", "confirmation_secret"},
    "checkout.session": {"line_items"},
    "charge": {"refunds"},
}


@cache
def class_of(kind: str) -> type[stripe.StripeObject]:
    """The SDK's class of an `object` name."""
    module, name = OBJECT_CLASSES[kind]
    return getattr(importlib.import_module(module), name)


@cache
def _nullable(kind: str) -> tuple[str, ...]:
    absent = {"deleted", *_LEFT_OUT.get(kind, "").split()}
    names = [
        name
        for name, annotation in class_of(kind).__annotations__.items()
        if type(None) in get_args(annotation) and name not in absent
    ]
    if kind == "payment_method":
        return tuple(name for name in names if name in _CARD_ONLY or name == "metadata")
    return tuple(names)


def complete(obj: Obj) -> Obj:
    """Add as null what Stripe would send and `obj` lacks."""
    for name in _nullable(obj["object"]):
        obj.setdefault(name, None)
    return obj


def public(value: Any) -> Any:
    """A copy without the fake's own notes."""
    if isinstance(value, dict):
        return {name: public(inner) for name, inner in value.items() if not name.startswith("_")}
    if isinstance(value, list):
        return [public(inner) for inner in value]
    return copy.copy(value)


def list_of(items: list[Obj], url: str, *, has_more: bool = False) -> Obj:
    """A list as it stands within an object."""
    return {"object": "list", "data": items, "has_more": has_more, "url": url}
