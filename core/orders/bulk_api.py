"""Many orders at once, for a store's other systems."""

from urllib.parse import parse_qsl, urlencode

from django.utils import timezone
from ninja import Path, Router

from core.kernel.errors import InvalidInput
from core.kernel.schemas import answers
from core.orders import registry, schemas, selectors, services
from core.orders.forms import BulkForm, OrderFilterForm
from core.orders.schemas import PublicId
from tenants.permissions import Permission, PermissionRefused, requires
from tenants.requests import StoreRequest

router = Router(tags=["Orders"])


def known_filters(query: str) -> str:
    """Only what the order list itself understands."""
    return urlencode(OrderFilterForm(dict(parse_qsl(query.lstrip("?")))).told())


@router.post("/order-actions", response=answers(schemas.BulkOut), operation_id="start_order_action")
@requires(Permission.VIEW_ORDERS)
def start_order_action(request: StoreRequest, body: schemas.BulkIn) -> schemas.BulkOut:
    """Confirm payments, ship, deliver, issue invoices, tag or cancel: each order with a result of its own.

    Each action asks for the permission that one order would; 403 without it.
    """
    verb = registry.bulk_verbs[body.action]
    if not request.actor.may(verb.permission):
        raise PermissionRefused(verb.permission)
    orders = selectors.chosen_orders(body.order_ids)
    form = verb.form(body.as_typed(), orders=orders)
    if not form.is_valid():
        _refuse(form)
    run = services.start_bulk(
        verb=verb.code,
        order_ids=body.order_ids,
        told=form.told(),
        actor=request.actor,
        now=timezone.now(),
    )
    return schemas.BulkOut.of(run)


def _refuse(form: BulkForm) -> None:
    field, problems = next(iter(form.errors.items()))
    raise InvalidInput(str(problems[0]), field)


@router.get("/order-actions/{action_id}", response=answers(schemas.BulkOut), operation_id="get_order_action")
@requires(Permission.VIEW_ORDERS)
def get_order_action(request: StoreRequest, action_id: Path[PublicId]) -> schemas.BulkOut:
    """What became of each order so far."""
    return schemas.BulkOut.of(selectors.bulk_run(action_id))


@router.post(
    "/order-actions/{action_id}/stop", response=answers(schemas.BulkOut), operation_id="stop_order_action"
)
@requires(Permission.VIEW_ORDERS)
def stop_order_action(request: StoreRequest, action_id: Path[PublicId]) -> schemas.BulkOut:
    """Stop an action that goes on in the background; what is done stays done."""
    verb = registry.bulk_verbs.get(selectors.bulk_run(action_id).verb)
    if verb is not None and not request.actor.may(verb.permission):
        raise PermissionRefused(verb.permission)
    return schemas.BulkOut.of(services.stop_bulk(public_id=action_id))
