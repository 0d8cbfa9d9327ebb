"""From the first look to the first sale: how many stores come how far, and how long they take."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Sum

from billing.models import CallDay, FeatureUse, FunnelStep, Step, VisitDay
from billing.rounding import points
from tenants.models import Store, StoreState


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """How many stores reached a step, and the middle of the times they took; None where none did."""

    step: str
    label: str
    stores: int
    # In hundredths of a percent of the step before, and of those who signed up.
    of_before_points: int | None
    of_all_points: int | None
    median_from_before: timedelta | None
    median_from_start: timedelta | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """Stores that signed up within some days, and the visits to the front page in those days."""

    visits: int
    rows: list[FunnelRow]


def funnel(*, now: datetime, days: int = 90) -> Funnel:
    """What became of the stores that signed up in the last `days` days. Two queries.

    A step counts once a store has reached it, whatever it has skipped; medians are exact.
    """
    since = now - timedelta(days=days)
    reached: dict[int, dict[str, datetime]] = defaultdict(dict)
    begun = FunnelStep.objects.filter(step=Step.SIGNED_UP, at__gte=since, at__lte=now).values("store_id")
    for store_id, step, at in FunnelStep.objects.filter(store_id__in=begun).values_list(
        "store_id", "step", "at"
    ):
        reached[store_id][step] = at
    visits = VisitDay.objects.filter(day__gte=since.date(), day__lte=now.date()).aggregate(all=Sum("visits"))
    return Funnel(visits["all"] or 0, _rows(list(reached.values())))


def _rows(stores: list[dict[str, datetime]]) -> list[FunnelRow]:
    rows: list[FunnelRow] = []
    before = ""
    for step in Step.values:
        here = [times for times in stores if step in times]
        rows.append(
            FunnelRow(
                step=step,
                label=str(Step(step).label),
                stores=len(here),
                of_before_points=points(len(here), rows[-1].stores) if rows else None,
                of_all_points=points(len(here), len(stores)),
                median_from_before=_median(here, before, step) if before else None,
                median_from_start=_median(here, Step.SIGNED_UP, step) if before else None,
            )
        )
        before = step
    return rows


def _median(stores: list[dict[str, datetime]], start: str, end: str) -> timedelta | None:
    both = [(times[start], times[end]) for times in stores if start in times]
    took = sorted(ended - began for began, ended in both if ended >= began)
    if not took:
        return None
    middle = len(took) // 2
    return took[middle] if len(took) % 2 else (took[middle - 1] + took[middle]) // 2


@dataclass(frozen=True, slots=True)
class Adoption:
    """How many open stores use a feature, and how many of them did in the last 30 days."""

    feature: str
    stores: int
    share_points: int | None
    lately: int


def adoption(now: datetime) -> list[Adoption]:
    """Every feature that any open store uses, the most used first. Three queries."""
    open_stores = Store.objects.filter(state=StoreState.ACTIVE)
    total = open_stores.count()
    used = FeatureUse.objects.filter(store__in=open_stores)
    counted = used.values("feature").annotate(stores=Count("store_id")).order_by("-stores", "feature")
    lately = dict(
        used.filter(last_at__gte=now - timedelta(days=30))
        .values_list("feature")
        .annotate(stores=Count("store_id"))
        .order_by()
    )
    return [
        Adoption(row["feature"], row["stores"], points(row["stores"], total), lately.get(row["feature"], 0))
        for row in counted
    ]


@dataclass(frozen=True, slots=True)
class Calls:
    """API calls of one store over some days."""

    store: Store
    calls: int
    refused: int


def busiest(*, now: datetime, days: int = 30, most: int = 20) -> list[Calls]:
    """The stores whose programs called most. Two queries."""
    since = now.date() - timedelta(days=days)
    rows = (
        CallDay.objects.filter(day__gt=since)
        .values("store_id")
        .annotate(made=Sum("calls"), turned=Sum("refused"))
        .order_by("-made", "store_id")[:most]
    )
    stores = Store.objects.in_bulk([row["store_id"] for row in rows])
    return [Calls(stores[row["store_id"]], row["made"], row["turned"]) for row in rows]
