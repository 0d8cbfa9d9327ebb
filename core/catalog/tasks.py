"""Work of the catalogue that waits for its moment."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.catalog import services
from tenants.permissions import SYSTEM
from tenants.routines import every
from tenants.work import store_task


@store_task(dedupe=True, label=_("Publish a product at its time"))
def publish(*, product_id: int, publish_at: str) -> None:
    """Publish a draft at the moment it was planned for; nothing happens when it was moved meanwhile."""
    services.publish_due(product_id=product_id, publish_at=datetime.fromisoformat(publish_at), actor=SYSTEM)


@every(hours=24, label=_("Forget files of products that nobody imported"))
def forget_files() -> None:
    """A file that was checked and left lying takes room, and says what is long out of date."""
    services.forget_imports(now=timezone.now())
