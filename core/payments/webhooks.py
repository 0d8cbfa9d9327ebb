"""Where gateways tell a store what became of its payments, on the storefront host."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.kernel.errors import CommerceError
from core.payments import services as payments
from tenants.permissions import public


@csrf_exempt
@require_POST
@public
def notify(request: HttpRequest, provider: str, endpoint_id: str) -> HttpResponse:
    """Take a message, and answer at once; it is acted on in the background."""
    try:
        payments.keep_notice(
            provider=provider,
            endpoint_id=endpoint_id,
            headers=dict(request.headers),
            body=request.body,
            now=timezone.now(),
        )
    except CommerceError as refusal:
        # A machine reads this: no page, and no word about why.
        return HttpResponse(status=refusal.http_status)
    return HttpResponse(status=200)
