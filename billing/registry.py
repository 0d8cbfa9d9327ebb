"""Who charges cards for us."""

from functools import cache

from django.conf import settings

from billing.ports import CardProvider
from billing.providers.stripe import adapter as stripe

# A person waits for most of these answers.
PATIENCE_SECONDS = 8.0


def cards() -> CardProvider:
    """The platform's account at the card provider."""
    return _stripe(
        settings.STRIPE_SECRET_KEY,
        settings.STRIPE_WEBHOOK_SECRET,
        settings.STRIPE_API_BASE,
        getattr(settings, "STRIPE_PATIENCE_SECONDS", PATIENCE_SECONDS),
    )


def takes_cards() -> bool:
    """Whether the platform has such an account."""
    return bool(settings.STRIPE_SECRET_KEY)


@cache
def _stripe(secret_key: str, webhook_secret: str, base_url: str, patience: float) -> CardProvider:
    return stripe.build(
        secret_key=secret_key, webhook_secret=webhook_secret, base_url=base_url, timeout_seconds=patience
    )
