"""Events, webhook endpoints and test clocks.

https://docs.stripe.com/api/events, /api/webhook_endpoints, /api/test_clocks
"""

from __future__ import annotations

import fnmatch

from tests.fakes.stripe.account import Account, merge_metadata, settle
from tests.fakes.stripe.books import token
from tests.fakes.stripe.engine import cycle
from tests.fakes.stripe.errors import invalid
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.money import DAY
from tests.fakes.stripe.routes import listing, retrieve, route
from tests.fakes.stripe.shapes import Obj


@route("GET", "/v1/events", "events.list", "EventListParams")
def index(account: Account, params: Params) -> Obj:
    """Events of the last 30 days, newest first, by type or `invoice.*`."""
    wanted = params.get("types") or ([params["type"]] if "type" in params else ["*"])
    rows = [
        row
        for row in account.books.all("event")
        if any(fnmatch.fnmatchcase(row["type"], kind) for kind in wanted)
    ]
    if "delivery_success" in params:
        rows = [row for row in rows if (row["pending_webhooks"] == 0) == params["delivery_success"]]
    return account.page(rows, params, "/v1/events")


@route("POST", "/v1/webhook_endpoints", "webhook_endpoints.create", "WebhookEndpointCreateParams")
def create(account: Account, params: Params) -> Obj:
    """Tell where events go; the secret is shown this once."""
    if not params["url"].startswith(("http://", "https://")):
        raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", param="url")
    endpoint = open_endpoint(account, params["url"], params["enabled_events"])
    endpoint.update(description=settle(params.get("description")), api_version=params.get("api_version"))
    merge_metadata(endpoint, params)
    return {**endpoint, "secret": endpoint["_secret"]}


def open_endpoint(account: Account, url: str, events: list[str], *, secret: str = "", id: str = "") -> Obj:
    """An endpoint that gets these types of events; `*` is every type."""
    return account.books.add(
        "webhook_endpoint",
        "we",
        id=id,
        enabled_events=list(events),
        metadata={},
        status="enabled",
        url=url,
        _secret=secret or f"whsec_{token(32)}",
    )


@route("POST", "/v1/webhook_endpoints/{}", "webhook_endpoints.update", "WebhookEndpointUpdateParams")
def update(account: Account, params: Params, id: str) -> Obj:
    """Change an endpoint."""
    endpoint = account.books.get("webhook_endpoint", id)
    for name in ("url", "enabled_events", "description"):
        if name in params:
            endpoint[name] = settle(params[name])
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    merge_metadata(endpoint, params)
    return endpoint


@route("DELETE", "/v1/webhook_endpoints/{}", "webhook_endpoints.delete", "WebhookEndpointDeleteParams")
def delete(account: Account, params: Params, id: str) -> Obj:
    """Send nothing there any more."""
    return account.books.remove("webhook_endpoint", id)


# --- Test clocks --------------------------------------------------------------------------------------


@route("POST", "/v1/test_helpers/test_clocks", "test_clocks.create", "test_helpers.TestClockCreateParams")
def create_clock(account: Account, params: Params) -> Obj:
    """A clock that stands still until it is advanced."""
    now = account.books.now()
    clock = account.books.add(
        "test_helpers.test_clock",
        "clock",
        created=now,
        deletes_after=now + 30 * DAY,
        frozen_time=params["frozen_time"],
        name=settle(params.get("name")),
        status="ready",
        status_details={},
    )
    account.books.emit("test_helpers.test_clock.created", clock)
    return clock


@route(
    "POST",
    "/v1/test_helpers/test_clocks/{}/advance",
    "test_clocks.advance",
    "test_helpers.TestClockAdvanceParams",
)
def advance(account: Account, params: Params, id: str) -> Obj:
    """Let time pass. The answer says `advancing`; when it is read again, it is done."""
    clock = account.books.get("test_helpers.test_clock", id)
    target = params["frozen_time"]
    if target <= clock["frozen_time"]:
        raise invalid("The frozen time must be after the clock's current frozen time.", param="frozen_time")
    account.books.emit("test_helpers.test_clock.advancing", clock)
    answer = {**clock, "status": "advancing", "status_details": {"advancing": {"target_frozen_time": target}}}
    cycle.run_until(account, id, target)
    clock["frozen_time"] = target
    account.books.emit("test_helpers.test_clock.ready", clock)
    return answer


@route(
    "DELETE", "/v1/test_helpers/test_clocks/{}", "test_clocks.delete", "test_helpers.TestClockDeleteParams"
)
def delete_clock(account: Account, params: Params, id: str) -> Obj:
    """Delete a clock with its customers and their subscriptions."""
    account.books.get("test_helpers.test_clock", id)
    for kind in ("customer", "subscription", "invoice", "subscription_schedule", "invoiceitem"):
        for obj in account.books.all(kind, test_clock=id):
            account.books.remove(kind, obj["id"])
    return account.books.remove("test_helpers.test_clock", id)


retrieve("/v1/events/{}", "event", "events.retrieve", "EventRetrieveParams")
retrieve(
    "/v1/webhook_endpoints/{}",
    "webhook_endpoint",
    "webhook_endpoints.retrieve",
    "WebhookEndpointRetrieveParams",
)
listing("/v1/webhook_endpoints", "webhook_endpoint", "webhook_endpoints.list", "WebhookEndpointListParams")
retrieve(
    "/v1/test_helpers/test_clocks/{}",
    "test_helpers.test_clock",
    "test_clocks.retrieve",
    "test_helpers.TestClockRetrieveParams",
)
listing(
    "/v1/test_helpers/test_clocks",
    "test_helpers.test_clock",
    "test_clocks.list",
    "test_helpers.TestClockListParams",
)
