"""What billing does again and again."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing import services
from billing.services import growth
from tenants import context
from tenants.routines import every


@every(hours=1, label=_("Count what the plan allows"))
def count_use_of_store() -> None:
    """Remember how much each store has."""
    services.count_use(context.require_store(), timezone.now())


@every(hours=1, label=_("Note how far the store has come"))
def note_growth_of_store() -> None:
    """Remember milestones, features and calls for the platform's figures."""
    growth.note_growth(context.require_store(), timezone.now())
