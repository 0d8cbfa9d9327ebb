"""Saved views of the order list: named, and the same for everybody in the store."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.kernel import audit, ids
from core.kernel.errors import CommerceError, InvalidInput
from core.orders.models import SavedView
from tenants.permissions import Actor

MOST_VIEWS = 30


class ViewExists(CommerceError):
    """Another saved view has this name."""

    code = "saved_view_exists"
    http_status = 409

    def __init__(self) -> None:
        super().__init__(_("A view with this name exists already. Choose another name."))


@transaction.atomic
def save_view(*, name: str, query: str, actor: Actor) -> SavedView:
    """Keep a set of filters under a name.

    query    the filters as they stand in the list's address, already checked
    Raises   InvalidInput, ViewExists
    """
    name = " ".join(name.split())
    if not name or len(name) > 40:
        raise InvalidInput(_("Give the view a name of at most 40 characters."), "name")
    if not query or len(query) > 500:
        raise InvalidInput(_("Narrow the list first: a view keeps its filters."), "query")
    if SavedView.objects.count() >= MOST_VIEWS:
        raise InvalidInput(_("There are 30 saved views. Delete one first."), "name")
    try:
        with transaction.atomic():
            view = SavedView.objects.create(
                public_id=ids.new_id("viw"), name=name, query=query, created_by=actor.name
            )
    except IntegrityError as clash:
        raise ViewExists from clash
    _note(view, actor, "order_view.saved")
    return view


@transaction.atomic
def delete_view(*, public_id: str, actor: Actor) -> None:
    """Forget a saved view; the orders in it stay. Deleting twice changes nothing."""
    view = SavedView.objects.select_for_update().filter(public_id=public_id).first()
    if view is None:
        return
    _note(view, actor, "order_view.deleted")
    view.delete()


def _note(view: SavedView, actor: Actor, action: str) -> None:
    audit.write(
        actor=actor,
        action=action,
        subject="order_view",
        subject_id=view.public_id,
        changes={"name": view.name, "query": view.query},
    )
