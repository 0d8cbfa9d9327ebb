"""What billing does again and again."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing import services
from tenants import context
from tenants.routines import every


@every(hours=1, label=_("Count what the plan allows"))
def count_use_of_store() -> None:
    """Remember how much each store has."""
    services.count_use(context.require_store(), timezone.now())
