"""Subscription schedules.

https://docs.stripe.com/api/subscription_schedules
"""

from __future__ import annotations

from tests.fakes.stripe.account import Account, merge_metadata
from tests.fakes.stripe.engine import changes, coupons, cycle, items, scheduling, standing
from tests.fakes.stripe.engine.people import living
from tests.fakes.stripe.engine.subscribing import refuse_unless_alive
from tests.fakes.stripe.errors import invalid
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.routes import retrieve, route
from tests.fakes.stripe.shapes import Obj


@route(
    "POST", "/v1/subscription_schedules", "subscription_schedules.create", "SubscriptionScheduleCreateParams"
)
def create(account: Account, params: Params) -> Obj:
    """Plan the phases of a subscription that is there, or of one to come."""
    if "from_subscription" in params:
        return _from_subscription(account, params)
    customer = living(account, params.get("customer", ""), param="customer")
    now = account.books.now_of(customer)
    start = params.get("start_date", now)
    start = now if start == "now" else int(start)
    schedule = scheduling.open_schedule(
        account, customer, status="not_started", phases=_phases(account, params["phases"], start, "usd")
    )
    _write(schedule, params)
    account.books.emit("subscription_schedule.created", schedule)
    cycle.run_until(account, customer["test_clock"], now)
    return schedule


def _from_subscription(account: Account, params: Params) -> Obj:
    subscription = account.books.get("subscription", params["from_subscription"], param="from_subscription")
    refuse_unless_alive(subscription)
    if "phases" in params:
        raise invalid("You cannot set `phases` if `from_subscription` is set.", param="phases")
    if subscription["schedule"]:
        raise invalid(
            "You cannot migrate a subscription that is already attached to a schedule: "
            f"{subscription['schedule']}",
            param="from_subscription",
        )
    held = items.held(subscription)
    start = min(item["current_period_start"] for item in held)
    wish: Params = {
        "items": [
            {
                "price": item["price"]["id"],
                "tax_rates": [rate["id"] for rate in item["tax_rates"] or []],
                **({"quantity": item["quantity"]} if "quantity" in item else {}),
            }
            for item in held
        ],
        "end_date": items.period_end(subscription),
        # What is there already is named as a discount: naming its coupon would redeem it once more.
        "discounts": [{"discount": ref} for ref in coupons.live(account, subscription)],
    }
    phase = scheduling.phase_of(account, wish, start, subscription["currency"], 0)
    phase["default_tax_rates"] = list(subscription["default_tax_rates"])
    customer = account.books.get("customer", subscription["customer"])
    schedule = scheduling.open_schedule(
        account,
        customer,
        status="active",
        subscription=subscription["id"],
        phases=[phase],
        current_phase={"start_date": phase["start_date"], "end_date": phase["end_date"]},
    )
    _write(schedule, params)
    account.books.emit("subscription_schedule.created", schedule)
    with account.books.changing(standing.UPDATED, subscription):
        subscription["schedule"] = schedule["id"]
    return schedule


def _write(schedule: Obj, params: Params) -> None:
    if "end_behavior" in params:
        schedule["end_behavior"] = params["end_behavior"]
    if "default_settings" in params:
        schedule["default_settings"] = {**schedule["default_settings"], **params["default_settings"]}
    merge_metadata(schedule, params)


def _phases(account: Account, wishes: list[Params], start: int, currency: str) -> list[Obj]:
    phases: list[Obj] = []
    for place, wish in enumerate(wishes):
        begins = wish.get("start_date")
        at = phases[-1]["end_date"] if phases else begins if isinstance(begins, int) else start
        if phases and isinstance(begins, int) and begins != at:
            raise invalid(
                "A phase must start where the one before it ends.", param=f"phases[{place}][start_date]"
            )
        phases.append(scheduling.phase_of(account, wish, at, currency, place))
    return phases


@route(
    "POST",
    "/v1/subscription_schedules/{}",
    "subscription_schedules.update",
    "SubscriptionScheduleUpdateParams",
)
def update(account: Account, params: Params, id: str) -> Obj:
    """Change what is planned; phases that are over are left out by the caller."""
    schedule = account.books.get("subscription_schedule", id)
    if schedule["status"] not in scheduling.LIVE:
        raise invalid(f"You cannot update a schedule that is in the `{schedule['status']}` status.")
    with account.books.undoing():
        schedule = account.books.get("subscription_schedule", id)
        with account.books.changing("subscription_schedule.updated", schedule):
            _write(schedule, params)
            if "phases" in params:
                _replan(account, schedule, params)
    return schedule


def _replan(account: Account, schedule: Obj, params: Params) -> None:
    now = account.books.now_of(schedule)
    current = schedule["current_phase"]
    subscription = account.books.find("subscription", schedule["subscription"])
    currency = subscription["currency"] if subscription else "usd"
    start = current["start_date"] if current else schedule["phases"][0]["start_date"]
    first = params["phases"][0].get("start_date")
    if current and first is None:
        raise invalid("The current phase must keep its start_date.", param="phases[0][start_date]")
    if current and isinstance(first, int) and first != start:
        raise invalid(
            "You can not modify the start date of the current phase.", param="phases[0][start_date]"
        )
    schedule["phases"] = _phases(account, params["phases"], start, currency)
    if not current:
        return
    running = [phase for phase in schedule["phases"] if phase["start_date"] <= now < phase["end_date"]]
    if not running:
        raise invalid("The current phase cannot end in the past.", param="phases[0][end_date]")
    schedule["current_phase"] = {"start_date": running[0]["start_date"], "end_date": running[0]["end_date"]}
    if subscription and _differs(subscription, running[0]):
        wish = {**running[0], "proration_behavior": params.get("proration_behavior", "create_prorations")}
        with account.books.changing(standing.UPDATED, subscription):
            scheduling.apply(account, subscription, wish, at_boundary=False)


def _differs(subscription: Obj, phase: Obj) -> bool:
    held = {(item["price"]["id"], item.get("quantity")) for item in items.held(subscription)}
    return held != {(row["price"], row["quantity"]) for row in phase["items"]}


@route(
    "POST",
    "/v1/subscription_schedules/{}/release",
    "subscription_schedules.release",
    "SubscriptionScheduleReleaseParams",
)
def release(account: Account, params: Params, id: str) -> Obj:
    """Let the subscription go on as it is."""
    schedule = account.books.get("subscription_schedule", id)
    scheduling.release(account, schedule)
    return schedule


@route(
    "POST",
    "/v1/subscription_schedules/{}/cancel",
    "subscription_schedules.cancel",
    "SubscriptionScheduleCancelParams",
)
def cancel(account: Account, params: Params, id: str) -> Obj:
    """End the schedule and its subscription."""
    schedule = account.books.get("subscription_schedule", id)
    if schedule["status"] not in scheduling.LIVE:
        raise invalid(f"You cannot cancel a schedule that is in the `{schedule['status']}` status.")
    subscription = account.books.find("subscription", schedule["subscription"])
    if subscription:
        changes.end_now(
            account,
            subscription,
            prorate=params.get("prorate", True),
            invoice_now=params.get("invoice_now", False),
        )
    else:
        schedule.update(status="canceled", canceled_at=account.books.now_of(schedule), current_phase=None)
        account.books.emit("subscription_schedule.canceled", schedule)
    return schedule


@route("GET", "/v1/subscription_schedules", "subscription_schedules.list", "SubscriptionScheduleListParams")
def index(account: Account, params: Params) -> Obj:
    """Schedules, newest first."""
    rows = account.books.all(
        "subscription_schedule", **{name: params[name] for name in ("customer",) if name in params}
    )
    if params.get("scheduled"):
        rows = [row for row in rows if row["status"] == "not_started"]
    return account.page(rows, params, "/v1/subscription_schedules")


retrieve(
    "/v1/subscription_schedules/{}",
    "subscription_schedule",
    "subscription_schedules.retrieve",
    "SubscriptionScheduleRetrieveParams",
)
