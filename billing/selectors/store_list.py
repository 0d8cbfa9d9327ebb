"""What the staff ask about stores: who they are, what they are on, how they do."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from billing.models import Plan, Subscription, SubscriptionState, Usage
from billing.plans import LIMITS
from core.kernel import paging
from tenants.care import UNFINISHED
from tenants.models import Hostname, Job, JobState, Membership, PlatformAct, Role, Store, StoreState
from tenants.provisioning import PROVISION

ENDING_SOON = timedelta(days=3)

VIEWS = {
    "": _("All"),
    "open": _("Open"),
    "trial_ending": _("Trial ends soon"),
    "building": _("Being built"),
    "suspended": _("Suspended"),
    "closed": _("Closed"),
}


@dataclass(frozen=True, slots=True)
class Use:
    """How much of one thing is used, and how much the plan allows; None is unlimited, or not yet counted."""

    name: str
    used: int | None
    limit: int | None

    @property
    def percent(self) -> int:
        """Share of the limit, for a meter."""
        return min(100, self.used * 100 // self.limit) if self.used and self.limit else 0


@dataclass(slots=True)
class StoreCard:
    """A store as the console lists it."""

    store: Store
    subscription: Subscription | None
    owner: str = ""
    members: int = 0
    waiting_jobs: int = 0
    dead_jobs: int = 0
    products: int | None = None
    storage_bytes: int | None = None
    use: list[Use] = field(default_factory=list)


def stores(*, query: str = "", view: str = "", now: datetime) -> QuerySet[Store]:
    """Stores whose name, address, own domain or owner's mail has `query` in it."""
    rows = Store.objects.select_related("subscription__plan").filter(_in_view(view, now))
    if query:
        owners = Membership.objects.filter(role=Role.OWNER, user__email__icontains=query).values("store_id")
        domains = Hostname.objects.filter(name__icontains=query).values("store_id")
        named = Q(name__icontains=query) | Q(slug__icontains=query)
        rows = rows.filter(named | Q(pk__in=owners) | Q(pk__in=domains))
    return rows


def store_page(
    *, query: str = "", view: str = "", after: str = "", limit: int = 25, now: datetime
) -> tuple[list[StoreCard], str | None]:
    """A page of stores, newest first, and the next cursor. Raises InvalidInput for a foreign cursor."""
    rows, cursor = paging.page(stores(query=query, view=view, now=now), after=after, limit=limit)
    return cards(rows), cursor


def view_counts(now: datetime) -> dict[str, int]:
    """How many stores each view holds."""
    names = [name for name in VIEWS if name]
    wanted = {name: Count("pk", filter=_in_view(name, now)) for name in names}
    counts: dict[str, int] = Store.objects.aggregate(all=Count("pk"), **wanted)
    return {"": counts.pop("all"), **counts}


def cards(rows: Iterable[Store]) -> list[StoreCard]:
    """Facts of many stores in a fixed number of queries."""
    found = [StoreCard(store=store, subscription=subscription_of(store)) for store in rows]
    ids = [card.store.pk for card in found]
    used = _used(ids)
    jobs = _jobs(ids)
    teams = _teams(ids)
    for card in found:
        pk = card.store.pk
        card.products = used[pk].get("products")
        card.storage_bytes = used[pk].get("storage_bytes")
        granted = card.store.entitlements
        card.use = [Use(name, used[pk].get(name), granted[name]) for name in LIMITS if name in granted]
        card.waiting_jobs, card.dead_jobs = jobs.get(pk, (0, 0))
        card.members, card.owner = teams.get(pk, (0, ""))
    return found


def store_by_slug(slug: str) -> Store | None:
    """One store, whatever its state."""
    return Store.objects.select_related("subscription__plan").filter(slug=slug).first()


def subscription_of(store: Store) -> Subscription | None:
    """What the store is on; None while it is being built."""
    return getattr(store, "subscription", None)


def hostnames(store: Store) -> list[Hostname]:
    """Every name the store answers under or claims, primary ones first."""
    return list(store.hostnames.order_by("kind", "-is_primary", "name"))


def members(store: Store) -> list[Membership]:
    """Who works in the store."""
    rows = Membership.objects.select_related("user").filter(store_id=store.pk)
    return list(rows.order_by("created_at", "pk"))


def troubles(store: Store, most: int = 10) -> list[Job]:
    """Duties of the store, and of its building, that were given up; newest first."""
    mine = Q(store_id=store.pk) | Q(kind=PROVISION, payload__store_id=store.pk)
    return list(Job.objects.filter(mine, state=JobState.DEAD).order_by("-created_at")[:most])


def offered_plans() -> list[Plan]:
    """The newest version of every plan on offer."""
    newest = Plan.objects.filter(is_offered=True).order_by("code", "-version").distinct("code")
    return sorted(newest, key=lambda plan: plan.position)


def act_page(*, query: str = "", after: str = "") -> tuple[list[PlatformAct], str | None]:
    """A page of the platform's audit log, newest first. Raises InvalidInput for a foreign cursor."""
    rows = PlatformAct.objects.all()
    if query:
        rows = rows.filter(
            Q(store_slug__icontains=query)
            | Q(actor_name__icontains=query)
            | Q(action__icontains=query)
            | Q(reason__icontains=query)
        )
    return paging.page(rows, after=after, limit=50)


def _in_view(view: str, now: datetime) -> Q:
    return {
        "open": Q(state=StoreState.ACTIVE),
        "trial_ending": Q(
            subscription__state=SubscriptionState.TRIALING,
            subscription__trial_ends_at__gt=now,
            subscription__trial_ends_at__lte=now + ENDING_SOON,
        ),
        "building": Q(state__in=UNFINISHED),
        "suspended": Q(state=StoreState.SUSPENDED),
        "closed": Q(state=StoreState.CLOSED),
    }.get(view, Q())


def _used(ids: list[int]) -> dict[int, dict[str, int]]:
    used: dict[int, dict[str, int]] = defaultdict(dict)
    for row in Usage.objects.filter(store_id__in=ids):
        used[row.store_id][row.name] = row.used
    return used


def _jobs(ids: list[int]) -> dict[int, tuple[int, int]]:
    waiting = Count("pk", filter=Q(state__in=[JobState.WAITING, JobState.RUNNING]))
    dead = Count("pk", filter=Q(state=JobState.DEAD))
    rows = Job.objects.filter(store_id__in=ids).values("store_id").annotate(waiting=waiting, dead=dead)
    return {row["store_id"]: (row["waiting"], row["dead"]) for row in rows}


def _teams(ids: list[int]) -> dict[int, tuple[int, str]]:
    teams: dict[int, tuple[int, str]] = {}
    rows = Membership.objects.select_related("user").filter(store_id__in=ids).order_by("created_at", "pk")
    for row in rows:
        number, owner = teams.get(row.store_id, (0, ""))
        teams[row.store_id] = (number + 1, owner or (row.user.email if row.role == Role.OWNER else ""))
    return teams
