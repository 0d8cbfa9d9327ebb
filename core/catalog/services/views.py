"""Saved views: filters of the product list under a name, for everybody in the store."""

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from core.catalog import texts
from core.catalog.models import SavedView
from core.catalog.services.naming import queue_up
from core.kernel import audit, ids
from core.kernel.errors import InvalidInput, NotFound
from tenants.permissions import Actor

MOST_VIEWS: Final = 20
QUERY_LENGTH: Final = 500


@transaction.atomic
def save_view(*, name: str, query: str, actor: Actor) -> SavedView:
    """Keep filters under a name; the same name again replaces them.

    query    as it stands in the list's address: `status=DRAFT&tag=promo`
    Raises   InvalidInput without a name or filters, or when there are too many views
    """
    queue_up()
    clean = texts.line(name, most=40, field="name", required=True)
    filters = texts.line(query, most=QUERY_LENGTH, field="query")
    if not filters:
        raise InvalidInput(_("Narrow the list first, then save the view."), "query")
    view = SavedView.objects.filter(name__iexact=clean).first()
    if view is None and SavedView.objects.count() >= MOST_VIEWS:
        raise InvalidInput(_("Keep at most %(most)s views. Delete one first.") % {"most": MOST_VIEWS}, "name")
    view = view or SavedView(public_id=ids.new_id("pvw"))
    view.name, view.query = clean, filters
    view.save()
    _tell(view, actor, "product_view.saved")
    return view


@transaction.atomic
def delete_view(*, public_id: str, actor: Actor) -> None:
    """Forget a view; the products stay. Raises NotFound."""
    view = SavedView.objects.filter(public_id=public_id).first()
    if view is None:
        raise NotFound(_("This view does not exist."))
    _tell(view, actor, "product_view.deleted")
    view.delete()


def _tell(view: SavedView, actor: Actor, action: str) -> None:
    audit.write(
        actor=actor,
        action=action,
        subject="product_view",
        subject_id=view.public_id,
        changes={"name": view.name, "query": view.query},
    )
