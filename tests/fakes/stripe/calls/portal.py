"""The customer portal: what it may do, and who may enter.

https://docs.stripe.com/api/customer_portal/configurations, /api/customer_portal/sessions
https://docs.stripe.com/customer-management/portal-deep-links
"""

from __future__ import annotations

from tests.fakes.stripe.account import Account, merge_metadata, settle
from tests.fakes.stripe.books import token
from tests.fakes.stripe.engine import items
from tests.fakes.stripe.engine.people import living
from tests.fakes.stripe.errors import invalid, missing
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.routes import listing, retrieve, route
from tests.fakes.stripe.shapes import Obj

_REASONS = ["too_expensive", "missing_features", "switched_service", "unused", "other"]


def _features() -> Obj:
    return {
        "customer_update": {"allowed_updates": [], "enabled": False},
        "invoice_history": {"enabled": False},
        "payment_method_update": {"enabled": False, "payment_method_configuration": None},
        "subscription_cancel": {
            "cancellation_reason": {"enabled": False, "feedback_options": None, "options": list(_REASONS)},
            "enabled": False,
            "mode": "at_period_end",
            "proration_behavior": "none",
        },
        "subscription_pause": {"duration": {"interval_options": [], "type": "indefinite"}, "enabled": False},
        "subscription_update": {
            "billing_cycle_anchor": None,
            "default_allowed_updates": [],
            "enabled": False,
            "products": None,
            "proration_behavior": "none",
            "schedule_at_period_end": {"conditions": []},
            "trial_update_behavior": "end_trial",
        },
    }


@route(
    "POST",
    "/v1/billing_portal/configurations",
    "billing_portal.configurations.create",
    "billing_portal.ConfigurationCreateParams",
)
def create_configuration(account: Account, params: Params) -> Obj:
    """Say what customers may do in the portal."""
    return make_configuration(account, params)


def make_configuration(account: Account, params: Params, *, default: bool = False) -> Obj:
    """A configuration; the default one is what sessions use that name none."""
    now = account.books.now()
    configuration = account.books.add(
        "billing_portal.configuration",
        "bpc",
        created=now,
        active=True,
        business_profile=dict.fromkeys(("headline", "privacy_policy_url", "terms_of_service_url")),
        features=_features(),
        is_default=default,
        login_page={"enabled": False, "url": None},
        metadata={},
        updated=now,
    )
    _write(account, configuration, params)
    account.books.emit("billing_portal.configuration.created", configuration)
    return configuration


def _write(account: Account, configuration: Obj, params: Params) -> None:
    for name, wish in (params.get("features") or {}).items():
        if name not in configuration["features"]:
            continue
        known = configuration["features"][name]
        for key, value in wish.items():
            known[key] = {**known[key], **value} if isinstance(known.get(key), dict) else settle(value)
        if name == "subscription_update" and known["enabled"] and not known["products"]:
            raise missing("features[subscription_update][products]")
    for name in ("active", "default_return_url", "name"):
        if name in params:
            configuration[name] = settle(params[name])
    if params.get("business_profile"):
        configuration["business_profile"].update(params["business_profile"])
    merge_metadata(configuration, params)
    for row in configuration["features"]["subscription_update"]["products"] or []:
        row.setdefault("adjustable_quantity", {"enabled": False, "maximum": None, "minimum": 0})
        for price in row["prices"]:
            account.books.get("price", price, param="features[subscription_update][products]")


@route(
    "POST",
    "/v1/billing_portal/configurations/{}",
    "billing_portal.configurations.update",
    "billing_portal.ConfigurationUpdateParams",
)
def update_configuration(account: Account, params: Params, id: str) -> Obj:
    """Change what customers may do."""
    configuration = account.books.get("billing_portal.configuration", id)
    with account.books.changing("billing_portal.configuration.updated", configuration):
        _write(account, configuration, params)
        configuration["updated"] = account.books.now()
    return configuration


@route(
    "POST",
    "/v1/billing_portal/sessions",
    "billing_portal.sessions.create",
    "billing_portal.SessionCreateParams",
)
def create_session(account: Account, params: Params) -> Obj:
    """Let a customer in."""
    customer = living(account, params.get("customer") or "", param="customer")
    configuration = _configuration(account, params)
    flow = _flow(account, customer, params.get("flow_data"))
    ref = f"bps_{token()}"
    session = account.books.add(
        "billing_portal.session",
        "bps",
        id=ref,
        configuration=configuration["id"],
        customer=customer["id"],
        flow=flow,
        locale=params.get("locale"),
        return_url=params.get("return_url") or configuration["default_return_url"],
        url=account.link(f"p/session/{ref}"),
    )
    account.books.emit("billing_portal.session.created", session)
    return session


def _configuration(account: Account, params: Params) -> Obj:
    if ref := params.get("configuration"):
        return account.books.get("billing_portal.configuration", ref, param="configuration")
    rows = account.books.all("billing_portal.configuration", is_default=True)
    if rows:
        return rows[0]
    everything = ("invoice_history", "payment_method_update", "subscription_cancel")
    wish: Params = {"features": {name: {"enabled": True} for name in everything}}
    return make_configuration(account, wish, default=True)


def _flow(account: Account, customer: Obj, wish: Params | None) -> Obj | None:
    if not wish:
        return None
    kind = wish["type"]
    flow = {
        "after_completion": {"hosted_confirmation": None, "redirect": None, "type": "portal_homepage"},
        **dict.fromkeys(
            ("subscription_cancel", "subscription_pause", "subscription_update", "customer_update")
        ),
        "subscription_update_confirm": None,
        "type": kind,
    }
    flow["after_completion"].update(wish.get("after_completion") or {})
    if kind.startswith("subscription_"):
        if not wish.get(kind):
            raise missing(f"flow_data[{kind}]")
        subscription = account.books.get(
            "subscription", wish[kind]["subscription"], param=f"flow_data[{kind}][subscription]"
        )
        if subscription["customer"] != customer["id"]:
            raise invalid("The subscription does not belong to the customer.", param=f"flow_data[{kind}]")
        if kind == "subscription_update_confirm":
            held = {item["id"] for item in items.held(subscription)}
            if any(row["id"] not in held for row in wish[kind]["items"]):
                raise invalid("No such subscription item.", param=f"flow_data[{kind}][items]")
        flow[kind] = dict(wish[kind])
    return flow


retrieve(
    "/v1/billing_portal/configurations/{}",
    "billing_portal.configuration",
    "billing_portal.configurations.retrieve",
    "billing_portal.ConfigurationRetrieveParams",
)
listing(
    "/v1/billing_portal/configurations",
    "billing_portal.configuration",
    "billing_portal.configurations.list",
    "billing_portal.ConfigurationListParams",
    "active",
    "is_default",
)
