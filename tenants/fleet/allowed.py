"""Which tables a store can fill with many thousand rows, and which migrations may break a rule, and why."""

from typing import Final

LARGE: Final = frozenset(
    {
        "catalog.product",
        "catalog.variant",
        "customers.address",
        "customers.customer",
        "integrations.webhookdelivery",
        "inventory.allocation",
        "inventory.stockitem",
        "inventory.stockmovement",
        "kernel.auditentry",
        "kernel.auditlink",
        "kernel.outboxevent",
        "notifications.message",
        "orders.order",
        "orders.orderline",
        "payments.payment",
        "tenants.job",
        "tenants.platformact",
    }
)

_BEFORE: Final = "older than the first release: no store had rows, and no older code was running"

ALLOWED: Final[dict[str, dict[str, str]]] = {
    "kernel.0003_audit_chain": {"index": _BEFORE},
    "notifications.0002_messages_on_their_way": {"index": _BEFORE, "mixed": _BEFORE, "not_null": _BEFORE},
    "orders.0002_bulk_runs_and_search": {"index": _BEFORE},
    "tenants.0002_team_and_console": {"mixed": _BEFORE},
}
