"""Where every store stands, for the staff."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tenants import context, heads
from tenants.fleet import gate, ledger
from tenants.models import FleetRun, RunState, StepState, Store, StoreVersion

VIEWS = {
    "": _("All"),
    "behind": _("Behind"),
    "failed": _("Failed"),
    "waiting": _("Waiting"),
    "head": _("At head"),
}
_IDS_BEHIND = """
SELECT store.id FROM tenants_store AS store
WHERE store.state = ANY(%s)
  AND NOT coalesce(%s::text[] <@ tenants_migrations_of(store.schema_name), false)
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """One store on the page: what it lacks is read from itself, what was tried from the ledger."""

    store: Store
    version: StoreVersion | None
    is_behind: bool

    @property
    def state(self) -> str:
        """HEAD, BEHIND, or what the ledger says of a store that is behind."""
        if not self.is_behind:
            return "HEAD"
        is_open = self.version is not None and self.version.state != StepState.DONE
        return str(self.version.state) if self.version is not None and is_open else "BEHIND"


def ids_behind() -> set[int]:
    """Every store that lacks a migration of the release that asks, in one query."""
    with context.in_public(), connection.cursor() as cursor:
        cursor.execute(_IDS_BEHIND, [list(ledger.MADE), sorted(heads.known("TENANT_APPS"))])
        return {pk for (pk,) in cursor.fetchall()}


def stores(*, view: str, query: str, behind: set[int]) -> QuerySet[Store]:
    """Stores with tables, narrowed to a view and to those with `query` in their name or address."""
    rows = Store.objects.filter(_in_view(view, behind), state__in=ledger.MADE).select_related("version")
    return rows.filter(Q(name__icontains=query) | Q(slug__icontains=query)) if query else rows


def standing(rows: list[Store], behind: set[int]) -> list[Standing]:
    """Put both together for the stores of a page."""
    return [Standing(row, getattr(row, "version", None), row.pk in behind) for row in rows]


def view_counts(behind: set[int]) -> dict[str, int]:
    """How many stores each view holds."""
    return {name: stores(view=name, query="", behind=behind).count() for name in VIEWS}


def latest_run() -> tuple[FleetRun | None, dict[str, int]]:
    """The run that was started last, and its counts."""
    run = FleetRun.objects.order_by("-started_at", "-pk").first()
    return run, ledger.counts(run) if run else {}


def is_at_work(run: FleetRun | None) -> bool:
    """Whether a process is moving stores right now; one that was killed is not."""
    return run is not None and run.state == RunState.RUNNING and gate.is_runner_there()


def _in_view(view: str, behind: set[int]) -> Q:
    return {
        "behind": Q(pk__in=behind),
        "failed": Q(pk__in=behind, version__state=StepState.FAILED),
        "waiting": Q(pk__in=behind, version__state__in=[StepState.WAITING, StepState.RUNNING]),
        "head": ~Q(pk__in=behind),
    }.get(view, Q())
