"""What a new store needs in order to count."""

from django.utils import translation
from django.utils.translation import gettext as _

from core.inventory import services
from core.inventory.models import Location, LocationKind
from tenants.models import Store
from tenants.permissions import SYSTEM


def prepare(store: Store) -> None:
    """Make the default location. Safe to run twice."""
    if Location.objects.exists():
        return
    with translation.override(store.language):
        services.create_location(
            name=_("Main warehouse"),
            code="MAIN",
            actor=SYSTEM,
            facts={"kind": LocationKind.WAREHOUSE},
        )
