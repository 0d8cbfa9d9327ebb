"""The card provider's own pages for a customer."""

from django.utils.translation import gettext as _

from billing.models import Subscription
from billing.ports import PortalPart
from billing.registry import cards
from billing.services import asking
from billing.services.plans import PlanRefused
from tenants import context
from tenants.models import Store


def address(*, store: Store, part: PortalPart, return_url: str, language: str) -> str:
    """Where the store's people change their card, for a few minutes. Nothing is changed by asking.

    Raises   PlanRefused for a store that never paid by card; ProviderAway, ProviderRefused
    """
    with context.in_public():
        found = Subscription.objects.get(store_id=store.pk)
        if not found.customer_ref:
            raise PlanRefused(_("This plan is not paid by card."))
        with asking.answered():
            return cards().portal_url(
                customer_ref=found.customer_ref,
                subscription_ref=found.external_ref,
                part=part,
                return_url=return_url,
                language=language,
            )
