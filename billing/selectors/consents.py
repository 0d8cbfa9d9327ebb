"""Who may look into a store's dashboard, by the word of its seller."""

from datetime import datetime

from django.db.models import QuerySet

from billing.models import LookInConsent
from tenants import context
from tenants.looking import Consent
from tenants.models import Store


def standing(store: Store, now: datetime) -> QuerySet[LookInConsent]:
    """What stands now. To be read in public."""
    return LookInConsent.objects.filter(store_id=store.pk, until__gt=now, taken_back_at__isnull=True)


def latest(store: Store, now: datetime) -> LookInConsent | None:
    """The consent that stands now, with who gave it."""
    with context.in_public():
        return standing(store, now).select_related("given_by").order_by("-given_at", "-pk").first()


def open_consent(store: Store, now: datetime) -> Consent | None:
    """The same for tenants, which asks at each request of who looks in."""
    found = latest(store, now)
    return Consent(str(found.uid), found.until) if found else None
