"""From a sign-up to an open store.

With a ready schema in the pool (`tenants.pool`), the store is open when the sign-up's transaction commits:
all of it or nothing. Otherwise it is built by a chain of small steps, each safe to run again. The state on
the Store row says which step is done. A worker walks the chain; when it dies, the job's lease runs out and
the next worker goes on from the state.
"""

from collections.abc import Callable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from tenants import blueprint, context, hosts, meters, pool, schemas, slugs
from tenants.errors import CommerceError, broken_rule
from tenants.failpoints import failpoint
from tenants.fleet import gate
from tenants.models import MAY_BECOME, HostKind, Hostname, Membership, Role, Store, StoreState, User
from tenants.work import enqueue, register


class SlugTaken(CommerceError):
    code = "slug_taken"

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(_("The address %(slug)s is already taken. Choose another one.") % {"slug": slug})


class NotHead(RuntimeError):
    """A worker of an older release would build what is behind: a worker of the new one goes on with it."""


def open_store(*, owner: User, name: str, slug: str, language: str = "id", is_demo: bool = False) -> Store:
    """Register a store, and open it at once in a schema of the pool or have it built in the background.

    Returns  the store; `is_open` says whether it is open already
    Raises   SlugRefused for a reserved or malformed address, SlugTaken for one in use
    Locks    the row of the schema that is taken
    """
    store = Store(name=name.strip(), slug=slugs.check(slug), language=language, is_demo=is_demo)
    try:
        with transaction.atomic():
            _register(store, owner)
    except IntegrityError as clash:
        if broken_rule(clash) not in ("store_one_slug", "hostname_one_verified"):
            raise
        raise SlugTaken(store.slug) from clash
    return store


def _register(store: Store, owner: User) -> None:
    gate.pass_new_store()
    ready = pool.take()
    store.schema_name = ready or schemas.new_schema_name()
    store.state = StoreState.MIGRATED if ready else StoreState.REQUESTED
    Store.objects.bulk_create([store])
    Membership.objects.create(user=owner, store=store, role=Role.OWNER)
    name_hosts(store)
    failpoint("provisioning.before_duty")
    if ready:
        _walk(store)
    else:
        enqueue(PROVISION, {"store_id": store.pk})
    context.on_commit(pool.ask_to_fill)


def name_hosts(store: Store) -> None:
    """Give a new store its own two addresses. Raises IntegrityError when one is taken."""
    kinds = {
        HostKind.DASHBOARD: settings.DASHBOARD_SUFFIX,
        HostKind.STOREFRONT: settings.STOREFRONT_SUFFIX,
    }
    Hostname.objects.bulk_create(
        Hostname(
            name=f"{store.slug}.{suffix}",
            kind=kind,
            store=store,
            is_primary=True,
            verified_at=timezone.now(),
        )
        for kind, suffix in kinds.items()
    )


def provision(*, store_id: int) -> None:
    """Walk a store through every step that is still to be done, until it is open."""
    _walk(Store.objects.get(pk=store_id))


def _walk(store: Store) -> None:
    while store.state in _STEPS:
        step, then = _STEPS[store.state]
        step(store)
        move(store, then)
        failpoint("provisioning.after_step")
    context.on_commit(hosts.announce, store)


def move(store: Store, state: str) -> None:
    """Write the store's new state; refuses a move that the table does not allow."""
    if state not in MAY_BECOME[store.state]:
        raise ValueError(f"{store.state} cannot become {state}")
    moved = Store.objects.filter(pk=store.pk, state=store.state).update(
        state=state, state_changed_at=timezone.now()
    )
    if not moved:
        raise RuntimeError(f"Store {store.pk} was moved by somebody else.")
    store.state = state


def _make_schema(store: Store) -> None:
    schemas.make(store.schema_name)
    failpoint("provisioning.after_schema")


def _make_tables(store: Store) -> None:
    with gate.building():
        head = blueprint.head()
        if head is not None and head.digest != blueprint.digest():
            raise NotHead(store.pk)
        schemas.furnish(store.schema_name)
    failpoint("provisioning.after_tables")


def prepare(store: Store) -> None:
    """Give the new store what it needs to sell: the rooms' own starting rows."""
    with context.in_store(store), transaction.atomic():
        for path in settings.STORE_SETUP:
            import_string(path)(store)
            failpoint("provisioning.in_prepare")
    failpoint("provisioning.after_prepare")


def _open(store: Store) -> None:
    failpoint("provisioning.before_open")
    meters.PROVISIONING_SECONDS.observe((timezone.now() - store.created_at).total_seconds())


_STEPS: dict[str, tuple[Callable[[Store], None], StoreState]] = {
    StoreState.REQUESTED: (_make_schema, StoreState.SCHEMA_MADE),
    StoreState.SCHEMA_MADE: (_make_tables, StoreState.MIGRATED),
    StoreState.MIGRATED: (prepare, StoreState.PREPARED),
    StoreState.PREPARED: (_open, StoreState.ACTIVE),
}

PROVISION = "tenants.provisioning.provision"
register(PROVISION, provision, retries=20, atomic=False, of_platform=True)
