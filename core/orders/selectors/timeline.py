"""What happened to an order, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.kernel import audit
from core.orders import registry
from core.orders.models import Order
from core.orders.registry import Tale


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline, as components/timeline.html asks for it."""

    title: str
    moment: datetime
    text: str
    icon: str
    tone: str
    actor: str


def timeline(order: Order) -> list[Happening]:
    """Everything that happened to an order, newest first, in the reader's language."""
    told = [(entry, registry.tale_of(entry)) for entry in audit.history("order", order.public_id)]
    return [
        Happening(
            title=str(tale.title),
            moment=entry.at,
            text=tale.tell(entry.changes) if tale.tell else "",
            icon=tale.icon,
            tone=tale.tone,
            actor=_("Shopper") if entry.actor_kind == "SHOPPER" else entry.actor_name,
        )
        for entry, tale in told
        if tale is not None
    ]


def _cancelled(changes: Mapping[str, Any]) -> str:
    back = _("Units went back on sale.") if changes.get("restock") else _("Units were written off.")
    return f"{changes.get('reason', '')}. {back}".removeprefix(". ")


def _note(changes: Mapping[str, Any]) -> str:
    return str(changes.get("staff_note", ["", ""])[1])


def _tags(changes: Mapping[str, Any]) -> str:
    before, after = changes.get("tags", [[], []])
    return " ".join(
        [f"+{tag}" for tag in after if tag not in before] + [f"−{tag}" for tag in before if tag not in after]
    )


def _address(changes: Mapping[str, Any]) -> str:
    shown = [pair[1] for name, pair in changes.items() if name not in ("region_code",) and pair[1]]
    return ", ".join(shown)


def _invoice(changes: Mapping[str, Any]) -> str:
    return str(changes.get("number", ""))


registry.add_tales(
    {
        "order.placed": Tale(gettext_lazy("Order placed"), "shopping-bag", "info"),
        "order.paid": Tale(gettext_lazy("Order is paid"), "circle-check", "success"),
        "order.payment_reversed": Tale(gettext_lazy("The bank took the payment back"), "undo-2", "danger"),
        "order.cancelled": Tale(gettext_lazy("Order cancelled"), "circle-x", "danger", _cancelled),
        "order.reopened": Tale(gettext_lazy("Order opened again"), "refresh-cw", "info"),
        "order.delivered": Tale(gettext_lazy("Everything arrived"), "package-check", "success"),
        "order.address_edited": Tale(gettext_lazy("Address changed"), "map-pin", "neutral", _address),
        "order.note_edited": Tale(gettext_lazy("Note of the staff changed"), "square-pen", "neutral", _note),
        "order.tags_edited": Tale(gettext_lazy("Tags changed"), "tag", "neutral", _tags),
        "invoice.issued": Tale(gettext_lazy("Invoice issued"), "file-text", "neutral", _invoice),
    }
)
