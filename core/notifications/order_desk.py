"""What messages bring to the order desk: which mails went out about the order."""

from core.kernel.panels import Panel, Viewing
from core.notifications import selectors
from core.notifications.kinds import KINDS
from core.notifications.models import Message, MessageState
from core.orders import registry
from core.orders.models import Order
from tenants.permissions import Permission

TONES = {
    MessageState.SENT: "success",
    MessageState.FAILED: "warning",
    MessageState.REFUSED: "danger",
    MessageState.SENDING: "info",
}


@registry.panels.fill("messages")
def messages_panel(order: Order, viewing: Viewing) -> Panel | None:
    """Every mail about an order and how it fared; nothing before the first."""
    told = selectors.messages_about(order.number)
    if not told:
        return None
    rows = [(message, _title(message), tone_of(message)) for message in told]
    staff = [row for row in rows if row[0].kind.startswith("staff_")]
    return Panel(
        "dashboard/notifications/panel.html",
        {
            "shopper": [row for row in rows if row not in staff],
            "staff": staff,
            "may_resend": viewing.actor.may(Permission.EDIT_SETTINGS),
        },
    )


def tone_of(message: Message) -> str:
    """The colour of a message's state."""
    return TONES.get(MessageState(message.state), "neutral")


def _title(message: Message) -> str:
    kind = KINDS.get(message.kind)
    return str(kind.title) if kind else message.kind
