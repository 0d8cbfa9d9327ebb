"""What rooms above orders bring to the order desk: panels, ways to search, bulk verbs, words.

Payments and fulfilment import orders, never the other way. They register here when their app is ready.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from core.kernel.models import AuditEntry
from core.kernel.panels import PanelBoard
from core.orders.models import Order
from tenants.permissions import Actor, Permission

type_of_label = str | Promise

panels = PanelBoard("payment", "parcels", "messages")

# Code of a way to pay -> its name.
payment_methods: dict[str, type_of_label] = {}


@dataclass(frozen=True, slots=True)
class BulkVerb:
    """Something that can be done with many orders at once, each in a transaction of its own.

    form      validates what the seller adds, such as a reason; its cleaned values are `told` and must be JSON
    run       does it to one order; a CommerceError is that order's result
    preview   says in numbers what will happen to these orders
    template  draws the form's fields; empty for the plain ones
    """

    code: str
    label: type_of_label
    icon: str
    permission: Permission
    form: type[Any]
    run: Callable[[Order, Mapping[str, Any], Actor, datetime], None]
    preview: Callable[[Sequence[Order]], str]
    template: str = ""
    is_loss: bool = False
    position: int = 50


bulk_verbs: dict[str, BulkVerb] = {}


def add_bulk_verb(verb: BulkVerb) -> None:
    """Offer a verb in the order list and in the API."""
    bulk_verbs[verb.code] = verb


Finder = Callable[[str], QuerySet]
finders: list[Finder] = []


def finds_orders(finder: Finder) -> Finder:
    """Register a search: text -> a queryset of order ids, as `values("order_id")`."""
    finders.append(finder)
    return finder


@dataclass(frozen=True, slots=True)
class Tale:
    """How an audit row reads in the timeline; `tell` gets the row's changes and may add a second line."""

    title: type_of_label
    icon: str
    tone: str = "neutral"
    tell: Callable[[Mapping[str, Any]], str] | None = None


tales: dict[str, Tale] = {}


def add_tales(told: Mapping[str, Tale]) -> None:
    """Say how some actions read in the timeline."""
    tales.update(told)


def tale_of(entry: AuditEntry) -> Tale | None:
    """How an entry reads; None for what says nothing to a seller."""
    return tales.get(entry.action)
