"""Messages of providers, as the staff look after them."""

from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from billing.models import NoticeState, ProviderNotice
from core.kernel import paging

VIEWS: Final = {
    "failed": _("Failed"),
    "waiting": _("Waiting"),
    "strangers": _("Unknown customers"),
    "": _("All"),
}
# A message that is not about a customer at all is nobody's.
_STRANGERS = Q(store__isnull=True) & ~Q(customer_ref="")


def notices(*, view: str = "", query: str = "") -> QuerySet[ProviderNotice]:
    """Messages by what became of them, found by their names."""
    rows = ProviderNotice.objects.select_related("store").filter(_in_view(view))
    if query:
        named = Q(kind__icontains=query) | Q(object_ref=query) | Q(customer_ref=query) | Q(event_id=query)
        rows = rows.filter(named | Q(store__slug__icontains=query))
    return rows


def notice_page(
    *, view: str = "", query: str = "", after: str = "", limit: int = 50
) -> tuple[list[ProviderNotice], str | None]:
    """A page, the newest first, and the next cursor. Raises InvalidInput for a foreign cursor."""
    return paging.page(notices(view=view, query=query), after=after, limit=limit)


def notice_counts() -> dict[str, int]:
    """How many messages each view holds."""
    wanted = {name or "all": Count("pk", filter=_in_view(name)) for name in VIEWS}
    counts: dict[str, int] = ProviderNotice.objects.aggregate(**wanted)
    return {("" if name == "all" else name): count for name, count in counts.items()}


def notice(pk: int) -> ProviderNotice | None:
    """One message."""
    return ProviderNotice.objects.filter(pk=pk).first()


def _in_view(view: str) -> Q:
    return {
        "failed": Q(state=NoticeState.FAILED),
        "waiting": Q(state=NoticeState.WAITING),
        "strangers": _STRANGERS,
    }.get(view, Q())
