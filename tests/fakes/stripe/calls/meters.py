"""Meters, meter events, their adjustments and what was wrong with them.

https://docs.stripe.com/api/billing/meter, /api/billing/meter-event, /api/billing/meter-event-adjustment
https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage-api#handle-meter-event-errors
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

from tests.fakes.stripe.account import Account
from tests.fakes.stripe.books import token
from tests.fakes.stripe.engine import usage
from tests.fakes.stripe.errors import invalid
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.money import DAY
from tests.fakes.stripe.routes import listing, retrieve, route
from tests.fakes.stripe.shapes import Obj

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,12})?")


@route("POST", "/v1/billing/meters", "billing.meters.create", "billing.MeterCreateParams")
def create(account: Account, params: Params) -> Obj:
    """Make a meter."""
    if account.books.all("billing.meter", event_name=params["event_name"], status="active"):
        raise invalid(
            f"An active meter already exists with event name {params['event_name']}.", param="event_name"
        )
    mapping = params.get("customer_mapping") or {"event_payload_key": "stripe_customer_id", "type": "by_id"}
    now = account.books.now()
    meter = account.books.add(
        "billing.meter",
        "mtr_test",
        created=now,
        customer_mapping=mapping,
        default_aggregation=params["default_aggregation"],
        display_name=params["display_name"],
        event_name=params["event_name"],
        event_time_window=params.get("event_time_window"),
        status="active",
        status_transitions={"deactivated_at": None},
        updated=now,
        value_settings=params.get("value_settings") or {"event_payload_key": "value"},
    )
    account.books.emit("billing.meter.created", meter)
    return meter


@route("POST", "/v1/billing/meters/{}", "billing.meters.update", "billing.MeterUpdateParams")
def update(account: Account, params: Params, id: str) -> Obj:
    """Rename a meter."""
    meter = account.books.get("billing.meter", id)
    with account.books.changing("billing.meter.updated", meter):
        meter["display_name"] = params.get("display_name", meter["display_name"])
    return meter


@route(
    "POST", "/v1/billing/meters/{}/deactivate", "billing.meters.deactivate", "billing.MeterDeactivateParams"
)
def deactivate(account: Account, params: Params, id: str) -> Obj:
    """Take no more events."""
    return _switch(account, id, "inactive", account.books.now(), "billing.meter.deactivated")


@route(
    "POST", "/v1/billing/meters/{}/reactivate", "billing.meters.reactivate", "billing.MeterReactivateParams"
)
def reactivate(account: Account, params: Params, id: str) -> Obj:
    """Take events again."""
    return _switch(account, id, "active", None, "billing.meter.reactivated")


def _switch(account: Account, id: str, status: str, at: int | None, told: str) -> Obj:
    meter = account.books.get("billing.meter", id)
    meter.update(status=status, status_transitions={"deactivated_at": at})
    account.books.emit(told, meter)
    return meter


@route("POST", "/v1/billing/meter_events", "billing.meter_events.create", "billing.MeterEventCreateParams")
def record(account: Account, params: Params) -> Obj:
    """Take an event; whether it counts turns out later, and what does not is reported."""
    books = account.books
    customer = books.find("customer", next(iter(_ids(account, params)), None))
    now = books.now_of(customer)
    identifier = params.get("identifier") or token(36)
    known = [
        row for row in books.all("billing.meter_event", identifier=identifier) if row["created"] > now - DAY
    ]
    if known:
        raise invalid(f"An event already exists with identifier {identifier}.", param="identifier")
    event = books.add(
        "billing.meter_event",
        "mev",
        created=now,
        event_name=params["event_name"],
        identifier=identifier,
        payload=dict(params["payload"]),
        timestamp=params.get("timestamp", now),
        _counted=False,
    )
    error = _judge(account, event, now)
    event["_counted"] = not error
    if error:
        _report(account, event, error)
    return {name: value for name, value in event.items() if name != "id"}


def _ids(account: Account, params: Params) -> list[str]:
    meter = _meter(account, params["event_name"])
    key = meter["customer_mapping"]["event_payload_key"] if meter else "stripe_customer_id"
    return [params["payload"][key]] if key in params["payload"] else []


def _meter(account: Account, event_name: str) -> Obj | None:
    rows = account.books.all("billing.meter", event_name=event_name)
    return next(iter(sorted(rows, key=lambda row: row["status"] != "active")), None)


def _judge(account: Account, event: Obj, now: int) -> str:
    """The code of what is wrong with an event; empty if it counts."""
    meter = _meter(account, event["event_name"])
    if meter is None:
        return "no_meter"
    if meter["status"] != "active":
        return "archived_meter"
    key, value_key = (
        meter["customer_mapping"]["event_payload_key"],
        meter["value_settings"]["event_payload_key"],
    )
    event["_customer"] = event["payload"].get(key)
    event["_value"] = event["payload"].get(value_key, "")
    if not event["_customer"]:
        return "meter_event_no_customer_defined"
    if not account.books.find("customer", event["_customer"]):
        return "meter_event_customer_not_found"
    if meter["default_aggregation"]["formula"] == "count":
        event["_value"] = "1"
    if not _NUMBER.fullmatch(event["_value"]):
        return "meter_event_invalid_value"
    if event["timestamp"] < now - 35 * DAY:
        return "timestamp_too_far_in_past"
    return "timestamp_in_future" if event["timestamp"] > now + 300 else ""


def _report(account: Account, event: Obj, code: str) -> None:
    """A thin event; Stripe gathers such errors for a while, this fake tells each at once."""
    meter = _meter(account, event["event_name"])
    kind = "v1.billing.meter.error_report_triggered" if meter else "v1.billing.meter.no_meter_found"
    at = datetime.fromtimestamp(account.books.now(), UTC)
    sample = {
        "error_message": f"{code}: {event['identifier']}",
        "request": {"identifier": event["identifier"]},
    }
    reason = {"error_count": 1, "error_types": [{"code": code, "error_count": 1, "sample_errors": [sample]}]}
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    thin = {
        "id": f"evt_test_{token()}",
        "object": "v2.core.event",
        "created": stamp,
        "livemode": False,
        "reason": None,
        "context": None,
        "related_object": meter
        and {"id": meter["id"], "type": "billing.meter", "url": f"/v1/billing/meters/{meter['id']}"},
        "type": kind,
        "data": {
            "developer_message_summary": f"There is 1 invalid event: {code}",
            "reason": reason,
            "validation_start": stamp,
            "validation_end": stamp,
        },
        "_number": time.monotonic_ns(),
    }
    account.books.kinds.setdefault("v2.core.event", {})[str(thin["id"])] = thin
    account.books.on_event(thin)


@route("GET", "/v2/core/events/{}", "v2.events.retrieve", "EventRetrieveParams")
def show_thin(account: Account, params: Params, id: str) -> Obj:
    """A thin event with its data."""
    return account.books.get("v2.core.event", id)


@route(
    "POST",
    "/v1/billing/meter_event_adjustments",
    "billing.meter_event_adjustments.create",
    "billing.MeterEventAdjustmentCreateParams",
)
def adjust(account: Account, params: Params) -> Obj:
    """Cancel an event of the last day."""
    identifier = (params.get("cancel") or {}).get("identifier", "")
    rows = account.books.all("billing.meter_event", identifier=identifier, event_name=params["event_name"])
    if not rows:
        raise invalid(f"No meter event with identifier {identifier}.", param="cancel[identifier]")
    event = rows[0]
    customer = account.books.find("customer", event.get("_customer"))
    if event["created"] < account.books.now_of(customer) - DAY:
        raise invalid("A meter event can be canceled within 24 hours.", param="cancel[identifier]")
    event["_counted"] = False
    done = account.books.add(
        "billing.meter_event_adjustment",
        "mea",
        cancel={"identifier": identifier},
        event_name=params["event_name"],
        status="complete",
        type="cancel",
    )
    return {name: value for name, value in done.items() if name != "id"}


@route(
    "GET",
    "/v1/billing/meters/{}/event_summaries",
    "billing.meters.summaries",
    "billing.MeterEventSummaryListParams",
)
def summaries(account: Account, params: Params, id: str) -> Obj:
    """What a customer used, in all or by the day or hour."""
    meter = account.books.get("billing.meter", id)
    start, end = params["start_time"], params["end_time"]
    step = {"day": DAY, "hour": 3600}.get(params.get("value_grouping_window", ""), max(60, end - start))
    if start % 60 or end % 60:
        raise invalid("start_time and end_time must be aligned with minutes.", param="start_time")
    rows = []
    for at in range(start, end, step):
        value = usage.used(account, meter, params["customer"], at, min(at + step, end))
        if value or step >= end - start:
            rows.append(
                {
                    "id": f"mtrusg_test_{token()}",
                    "object": "billing.meter_event_summary",
                    "aggregated_value": float(value),
                    "end_time": min(at + step, end),
                    "livemode": False,
                    "meter": id,
                    "start_time": at,
                }
            )
    return account.page(rows[::-1], params, f"/v1/billing/meters/{id}/event_summaries")


retrieve("/v1/billing/meters/{}", "billing.meter", "billing.meters.retrieve", "billing.MeterRetrieveParams")
listing("/v1/billing/meters", "billing.meter", "billing.meters.list", "billing.MeterListParams", "status")
