"""What the platform's staff do to a store as a whole: close its doors, open them again, build on."""

from django.db import transaction
from django.utils.translation import gettext as _

from tenants import acts, context, hosts, provisioning
from tenants.domains import servable
from tenants.errors import CommerceError
from tenants.models import Store, StoreState
from tenants.permissions import Actor
from tenants.work import enqueue

UNFINISHED = (StoreState.REQUESTED, StoreState.SCHEMA_MADE, StoreState.MIGRATED, StoreState.PREPARED)


class WrongState(CommerceError):
    code = "wrong_state"

    def __init__(self, state: str) -> None:
        self.state = state
        name = StoreState(state).label
        super().__init__(_("That does not fit the store's state: %(state)s.") % {"state": name})


@transaction.atomic
def suspend(*, store: Store, reason: str, actor: Actor) -> None:
    """Close all of a store's hosts: shoppers and members alike meet the page of an unknown address.

    Raises   WrongState unless it is open
    Locks    the store's row
    """
    _move(store, StoreState.ACTIVE, StoreState.SUSPENDED)
    acts.note(actor=actor, action="store.suspended", store=store, reason=reason)


@transaction.atomic
def resume(*, store: Store, reason: str, actor: Actor) -> None:
    """Open a suspended store's hosts again. Raises WrongState. Locks the store's row."""
    _move(store, StoreState.SUSPENDED, StoreState.ACTIVE)
    acts.note(actor=actor, action="store.resumed", store=store, reason=reason)


@transaction.atomic
def build_on(*, store: Store, reason: str, actor: Actor) -> None:
    """Have a worker go on with a store whose building stopped. Raises WrongState when it is finished."""
    if store.state not in UNFINISHED:
        raise WrongState(store.state)
    enqueue(provisioning.PROVISION, {"store_id": store.pk}, dedupe_key=f"build:{store.schema_name}")
    acts.note(
        actor=actor, action="store.built_on", store=store, reason=reason, changes={"state": store.state}
    )


def _move(store: Store, before: str, after: str) -> None:
    held = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
    if held.state != before:
        raise WrongState(held.state)
    provisioning.move(held, after)
    store.state = after
    context.on_commit(hosts.forget, store)
    context.on_commit(servable.publish)
