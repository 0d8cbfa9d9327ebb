"""Who collects our invoices without a card, by name."""

from collections.abc import Callable
from typing import Final

from django.conf import settings

from billing.invoice_ports import BillingProvider
from billing.providers.midtrans import adapter as midtrans
from core.payments.ports import GatewayConnection

# A person waits for a page that opens; duties have more patience.
PATIENCE_SECONDS: Final = 5


def collector(name: str = "MIDTRANS") -> BillingProvider:
    """The platform's account at a collector. Raises CollectorRefused when it has none."""
    return _COLLECTORS[name]()


def is_ready(name: str = "MIDTRANS") -> bool:
    """Whether the platform has an account there."""
    return name == "MIDTRANS" and bool(settings.MIDTRANS_PLATFORM_SERVER_KEY)


def _midtrans() -> BillingProvider:
    base_url = f"{settings.FAKES_URL.rstrip('/')}/midtrans" if settings.FAKES_URL else None
    return midtrans.build(
        GatewayConnection(
            credentials={
                "server_key": settings.MIDTRANS_PLATFORM_SERVER_KEY,
                "signature_key": settings.MIDTRANS_PLATFORM_SIGNATURE_KEY,
            },
            live=settings.MIDTRANS_PLATFORM_LIVE,
            base_url=base_url,
            timeout_seconds=PATIENCE_SECONDS,
        )
    )


_COLLECTORS: dict[str, Callable[[], BillingProvider]] = {"MIDTRANS": _midtrans}
