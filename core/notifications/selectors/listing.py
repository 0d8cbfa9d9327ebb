"""Which messages went to whom."""

from django.db.models import Q
from django.utils.translation import gettext as _

from core.kernel import paging
from core.kernel.errors import InvalidInput, NotFound
from core.notifications.kinds import KINDS, Kind
from core.notifications.models import Message, MessageState


def messages_about(number: str) -> list[Message]:
    """Every message about one order, by its number, newest first."""
    return list(Message.objects.filter(about=number).order_by("-created_at", "-pk"))


def message_list(
    *, state: str = "", query: str = "", after: str = "", limit: int = 50
) -> tuple[list[Message], str | None]:
    """Messages, newest first, and the cursor of the next page.

    query    an order's number, or part of an address
    Raises   InvalidInput for a state that does not exist
    """
    rows = Message.objects.all()
    if state:
        if state not in MessageState.values:
            raise InvalidInput(_("There is no such state."), "state")
        rows = rows.filter(state=state)
    if query := " ".join(query.replace("\x00", " ").split()):
        rows = rows.filter(Q(about__iexact=query) | Q(recipient__icontains=query))
    return paging.page(rows, after=after, limit=limit)


def message_by_public_id(public_id: str) -> Message:
    """One message. Raises NotFound."""
    found = Message.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such message."))
    return found


def kind_by_code(code: str) -> Kind:
    """One of the mails that a store sends. Raises NotFound."""
    if code not in KINDS:
        raise NotFound(_("There is no such mail."))
    return KINDS[code]
