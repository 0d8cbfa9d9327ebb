"""What the catalogue does about what happened."""

from django.utils.translation import gettext_lazy as _

from core import events
from core.catalog import selectors, services, tasks
from core.kernel.outbox import on


@on(events.MediaUploaded, atomic=False, retries=3, label=_("Resize a picture"))
def draw_renditions(event: events.MediaUploaded) -> None:
    """Draw the sizes that the storefront serves."""
    services.render_media(media_id=event.media_id)


@on(events.ProductScheduled, label=_("Plan the publishing of a product"))
def plan_publishing(event: events.ProductScheduled) -> None:
    """Set the alarm for a draft's moment."""
    publish_at = selectors.planned_moment(event.product_id)
    if publish_at is not None:
        tasks.publish(product_id=event.product_id, publish_at=publish_at.isoformat(), run_at=publish_at)
