"""Reports of errors to Sentry, or whatever speaks its protocol: what broke, in which store, never whose data.

Nothing is patched into Django: what is logged as an error becomes a report, with the tags of its piece of
work (`tenants.scopes`). Requests, cookies, bodies and local variables are never part of one.
"""

from typing import Any

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.integrations.threading import ThreadingIntegration
from sentry_sdk.transport import Transport

from config.watch import redaction
from tenants.context import current_store

_NEVER = ("request", "user", "modules", "server_name")


def start(
    dsn: str, *, environment: str = "production", release: str = "", transport: type[Transport] | None = None
) -> None:
    """Report errors of this process to `dsn` from now on."""
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        release=release or None,
        transport=transport,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=scrubbed,  # type: ignore[arg-type]
        before_breadcrumb=_scrubbed_crumb,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(),
            ExcepthookIntegration(),
            ThreadingIntegration(propagate_scope=False),
            DedupeIntegration(),
            AtexitIntegration(callback=_silent),
        ],
    )


def scrubbed(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Take out whatever could tell of a person, and name the store in force where the error happened."""
    event = {key: value for key, value in event.items() if key not in _NEVER}
    tags, extra = event.pop("tags", {}), event.pop("extra", {})
    store = current_store()
    if store is not None:
        tags = {**tags, "store": store.schema_name}
    event = redaction.deep(event)
    # Arguments of log lines stand in the message already, where they were looked at.
    event.get("logentry", {}).pop("params", None)
    extra = {key: value for key, value in extra.items() if key != "request"}
    return {**event, "tags": tags, "extra": redaction.deep(extra)}


def _scrubbed_crumb(crumb: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    crumb.pop("data", None)
    return {key: redaction.deep(value) for key, value in crumb.items()}


def _silent(pending: int, timeout: float) -> None:
    """The process ends: say nothing on the terminal while the last reports leave."""
