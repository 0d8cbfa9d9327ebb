"""Find one thing by what the asker knows of it."""

import uuid

from django.utils.translation import gettext as _

from core.catalog import selectors as catalog
from core.kernel.errors import NotFound
from core.orders.models import BulkRun, BulkState, Order
from tenants import worklist
from tenants.context import require_store
from tenants.models import JobState


def order_by_token(token: str) -> Order:
    """The order that a status page's secret opens, with its lines. Raises NotFound."""
    return _one(token=token)


def order_by_public_id(public_id: str) -> Order:
    """One order with its lines, its customer and its invoice. Raises NotFound."""
    return _one(public_id=public_id)


def _one(**known: str) -> Order:
    rows = Order.objects.select_related("customer", "invoice").prefetch_related("lines")
    order = rows.filter(**known).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    _show_pictures(order)
    return order


def _show_pictures(order: Order) -> None:
    """Let each line show its goods as they look today: the picture of that day may be gone, or came later."""
    lines = order.lines.all()
    today = catalog.pictures_of_variants(line.variant_id for line in lines)
    for line in lines:
        line.image_url = today.get(line.variant_id, "")


def bulk_run(public_id: str) -> BulkRun:
    """A bulk action and its results so far. Raises NotFound."""
    run = BulkRun.objects.filter(public_id=public_id).first()
    if run is None:
        raise NotFound(_("There is no such bulk action."))
    if run.job_id is not None and not run.is_over and _has_ended(run.job_id):
        run.state = BulkState.STOPPED
    return run


def _has_ended(job_id: uuid.UUID) -> bool:
    """Whether the background work of a run was cancelled or given up elsewhere."""
    try:
        state = worklist.work_item(store=require_store(), job_id=job_id).state
    except worklist.JobNotFound:
        return True
    return state in (JobState.CANCELLED, JobState.DEAD)
