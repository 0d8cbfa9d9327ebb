"""What a store's plan allows, as plain values that billing writes and services ask.

Billing writes `Store.entitlements`, for example {"products": 1000, "channels": 2, "storage_bytes": ...};
None means unlimited. Nothing here knows what a plan is.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tenants import context, hosts
from tenants.errors import CommerceError
from tenants.models import Store


class LimitReached(CommerceError):
    """The plan's limit is used up. Nothing that exists is hidden or deleted; only new things are refused."""

    code = "limit_reached"
    http_status = 403

    def __init__(self, name: str, used: int, limit: int) -> None:
        self.name, self.used, self.limit = name, used, limit
        _refused.set(self)
        super().__init__(
            _("Your plan allows %(limit)s and %(used)s are in use. Upgrade your plan to add more.")
            % {"limit": f"{limit:,}".replace(",", "."), "used": f"{used:,}".replace(",", ".")}
        )


# What was refused in this request, for the page that shows the way to more.
_refused: ContextVar[LimitReached | None] = ContextVar("refused_limit", default=None)


def refusal() -> LimitReached | None:
    """The limit that stopped something since `forget_refusal`, which each request begins with."""
    return _refused.get()


def forget_refusal() -> None:
    """Begin anew: what another request ran into is nobody else's business."""
    _refused.set(None)


def limit(name: str) -> int | None:
    """The current store's limit by that name; None is unlimited. A name nobody granted allows nothing."""
    return fresh(context.require_store()).get(name, 0)


def fresh(store: Store) -> Mapping[str, Any]:
    """The entitlements as they stand in the database now."""
    with context.in_public():
        return Store.objects.values_list("entitlements", flat=True).get(pk=store.pk)


def require(name: str, *, used: int, adding: int = 1, store: Store | None = None) -> None:
    """Refuse to go over the plan.

    used     how many exist already, counted by the caller after `claim(name)` in the same transaction
    store    whose plan, for work in public; otherwise of the store in force
    Raises   LimitReached; nothing is changed
    """
    allowed = fresh(store or context.require_store()).get(name, 0)
    if allowed is not None and used + adding > allowed:
        raise LimitReached(name, used, allowed)


def claim(name: str) -> None:
    """Queue up with everybody who adds a `name` to this store, until the transaction ends.

    Locks    an advisory lock of this store and name, so that two at limit - 1 cannot both get in
    """
    key = f"{context.require_store().schema_name}:{name}"
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("claim() needs a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def grant(store: Store, entitlements: Mapping[str, Any]) -> None:
    """Replace what the store's plan allows. Only billing calls this."""
    Store.objects.filter(pk=store.pk).update(entitlements=dict(entitlements))
    store.entitlements = dict(entitlements)
    hosts.forget(store)
