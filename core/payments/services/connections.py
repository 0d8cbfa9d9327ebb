"""Open a store's account at a gateway."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext as _

from core.kernel import sealing
from core.kernel.errors import CommerceError
from core.payments import registry
from core.payments.models import MethodCode, Payment, PaymentMethod
from core.payments.ports import GatewayConnection, PaymentGateway
from core.payments.services.locking import MethodUnavailable
from tenants import hosts
from tenants.context import require_store
from tenants.models import HostKind

GATEWAY_OF: dict[str, str] = {MethodCode.MIDTRANS: "midtrans"}


class GatewayDown(CommerceError):
    """The gateway gave no answer that can be used."""

    code = "gateway_unavailable"
    http_status = 503

    def __init__(self) -> None:
        super().__init__(_("The payment provider does not answer. Try again in a moment."))


class GatewayRefusal(CommerceError):
    """The gateway understood and said no."""

    code = "gateway_refused"
    http_status = 409

    def __init__(self, why: str) -> None:
        super().__init__(_("The payment provider refused: %(why)s") % {"why": why})


PATIENCE_SECONDS = 10


def connect(
    code: str, credentials: Mapping[str, str], *, is_live: bool, patience: int = PATIENCE_SECONDS
) -> PaymentGateway:
    """The gateway behind a method code, on the given account.

    patience   seconds for one wait for the gateway
    """
    name = GATEWAY_OF[code]
    base_url = f"{settings.FAKES_URL.rstrip('/')}/{name}" if settings.FAKES_URL else None
    return registry.gateway_for(
        name,
        GatewayConnection(credentials=credentials, live=is_live, base_url=base_url, timeout_seconds=patience),
    )


def gateway_of(method: PaymentMethod, *, patience: int = PATIENCE_SECONDS) -> PaymentGateway:
    """The gateway of a stored method. Raises MethodUnavailable without credentials."""
    if method.code not in GATEWAY_OF or not method.credentials:
        raise MethodUnavailable
    credentials = sealing.unseal(method.credentials, place=method.place)
    return connect(method.code, credentials, is_live=method.is_live, patience=patience)


def gateway_for(payment: Payment) -> PaymentGateway:
    """The gateway where this payment was opened. Raises MethodUnavailable."""
    return gateway_of(PaymentMethod.objects.get(code=payment.method))


def notify_url(method: PaymentMethod) -> str:
    """Where the gateway tells this store what became of its payments."""
    storefront = hosts.store_origin(require_store(), HostKind.STOREFRONT)
    return f"{storefront}/hooks/{GATEWAY_OF[method.code]}/{method.endpoint_id}/"
