"""What inventory does about what happened."""

from django.utils.translation import gettext_lazy as _

from core import events
from core.catalog import services as catalog
from core.inventory import selectors
from core.kernel.outbox import on


@on(events.StockTurned, label=_("Show the new stock in the shop"))
def show_availability(event: events.StockTurned) -> None:
    """Let the storefront say whether the variant can still be bought."""
    catalog.note_availability(available=selectors.available_to_sell([event.variant_id]))
