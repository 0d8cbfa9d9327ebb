"""Add-ons as a store's people read them: what there is, what is on, what it has cost this month."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum
from django.utils.translation import get_language

from billing.models import AddOn, AddOnCharge, CallDay, StoreAddOn, StoreAddOnState
from tenants import context
from tenants.models import Store


@dataclass(frozen=True, slots=True)
class AddOnCard:
    """One add-on for one store. `used` and `cost_amount` are of the running month, of a metered one."""

    add_on: AddOn
    row: StoreAddOn | None
    used: int = 0
    cost_amount: int = 0

    @property
    def state(self) -> str:
        """TRIALING, ON or OFF."""
        return self.row.state if self.row else str(StoreAddOnState.OFF)

    @property
    def has_trial(self) -> bool:
        """Whether turning it on begins with a trial."""
        return bool(self.add_on.trial_days) and (self.row is None or self.row.turned_on_at is None)

    @property
    def percent(self) -> int:
        """How much of the month's cap is used up."""
        cap = self.add_on.month_cap_idr_amount
        return min(self.cost_amount * 100 // cap, 100) if cap else 0

    @property
    def name(self) -> str:
        return self.add_on.name_id if _is_bahasa() else self.add_on.name_en

    @property
    def description(self) -> str:
        return self.add_on.description_id if _is_bahasa() else self.add_on.description_en


def cards_for(store: Store, now: datetime) -> list[AddOnCard]:
    """What is offered, and what the store has though it is not offered any more."""
    with context.in_public():
        rows = {row.add_on_id: row for row in StoreAddOn.objects.filter(store_id=store.pk)}
        on = [key for key, row in rows.items() if row.state != StoreAddOnState.OFF]
        offered = AddOn.objects.filter(Q(is_offered=True) | Q(pk__in=on)).order_by("position", "pk")
        month = now.astimezone(ZoneInfo(store.time_zone)).date().replace(day=1)
        return [_card(add_on, rows.get(add_on.pk), month) for add_on in offered]


def _card(add_on: AddOn, row: StoreAddOn | None, month: date) -> AddOnCard:
    if not add_on.meter or row is None:
        return AddOnCard(add_on, row)
    used = used_in(row, month)
    return AddOnCard(add_on, row, used, metered_cost(add_on, used))


def used_in(row: StoreAddOn, month: date) -> int:
    """How much of a metered add-on was used in a month: on the days that it was on."""
    after = next_month(month)
    told = row.charges.filter(starts_on__gte=month, starts_on__lt=after).aggregate(units=Sum("units"))
    used = int(told["units"] or 0)
    if row.state == StoreAddOnState.ON and row.billed_until is not None:
        used += calls_between(row.store_id, max(row.billed_until, month), after)
    return used


def metered_cost(add_on: AddOn, used: int) -> int:
    """What so many uses cost in a month, in whole rupiah before tax, at most its cap."""
    cost = max(used - add_on.included, 0) * add_on.unit_idr_amount
    return min(cost, add_on.month_cap_idr_amount) if add_on.month_cap_idr_amount else cost


def calls_between(store_id: int, starts_on: date, ends_on: date) -> int:
    """API calls of the days from one to before another. Calls are counted by days of UTC."""
    rows = CallDay.objects.filter(store_id=store_id, day__gte=starts_on, day__lt=ends_on)
    return int(rows.aggregate(calls=Sum("calls"))["calls"] or 0)


def open_amount(store: Store) -> int:
    """What add-ons have cost that stands on no invoice yet."""
    with context.in_public():
        rows = AddOnCharge.objects.filter(store_add_on__store_id=store.pk, invoice__isnull=True)
        return int(rows.aggregate(sum=Sum("idr_amount"))["sum"] or 0)


def next_month(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _is_bahasa() -> bool:
    return (get_language() or "id").startswith("id")
