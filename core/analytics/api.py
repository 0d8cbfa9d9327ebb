"""The front page's figures and the search over everything, for a store's other systems."""

from datetime import date
from typing import Annotated, Any, Self

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from core.analytics import selectors, services
from core.analytics.selectors import Comparison, Figures
from core.kernel import profile
from core.kernel.schemas import MoneyOut, StrictSchema, answers
from tenants.permissions import Permission, requires
from tenants.replica import reads_replica
from tenants.requests import StoreRequest

router = Router(tags=["Home"])


class FiguresOut(Schema):
    sales: MoneyOut
    orders: int

    @classmethod
    def of(cls, figures: Figures) -> Self:
        return cls(sales=MoneyOut.of(figures.sales_amount), orders=figures.orders)


class ComparisonOut(Schema):
    """`before` is as long a stretch: today up to now is compared with yesterday up to the same minute."""

    since: date
    until: date
    now: FiguresOut
    before: FiguresOut

    @classmethod
    def of(cls, compared: Comparison) -> Self:
        return cls(
            since=compared.since,
            until=compared.until,
            now=FiguresOut.of(compared.now),
            before=FiguresOut.of(compared.before),
        )


class TodoOut(Schema):
    """Something that waits for a person."""

    code: str
    label: str
    count: int


class StepOut(Schema):
    """A step of opening the store."""

    code: str
    title: str
    done: bool


class HomeOut(Schema):
    """Sales are paid orders less refunds by the day of the order; orders are those not cancelled.

    `profit_today` is null for keys that may not know costs.
    """

    today: ComparisonOut
    week: ComparisonOut
    month: ComparisonOut
    profit_today: MoneyOut | None
    todos: list[TodoOut]
    opening: list[StepOut]


class DayOut(Schema):
    day: date
    sales: MoneyOut
    orders: int


class DaysOut(Schema):
    items: list[DayOut]
    next: str | None = None


class DaysQuery(StrictSchema):
    """How far back."""

    days: Annotated[int, Field(ge=1, le=366)] = 30


class SearchQuery(StrictSchema):
    """A name, a phone number, an order number, a SKU, a barcode."""

    q: Annotated[str, StringConstraints(min_length=2, max_length=100, pattern=r"^[^\x00]*$")]


class HitOut(Schema):
    title: str
    note: str
    url: str = Field(description="Its page in the dashboard, from the root of this host.")


class HitGroupOut(Schema):
    code: str
    label: str
    hits: list[HitOut]


class FoundOut(Schema):
    items: list[HitGroupOut]
    next: str | None = None


@router.get("/home", response=answers(HomeOut), operation_id="get_home")
@requires(Permission.VIEW_HOME)
@reads_replica
def get_home(request: StoreRequest) -> Any:
    """The figures of the front page, what waits for a person, and how far the store's opening is."""
    now, zone, actor = timezone.now(), request.store.time_zone, request.actor
    figures = selectors.summary(now=now, time_zone=zone)
    profit = None
    if actor.may(Permission.VIEW_COSTS):
        profit = MoneyOut.of(selectors.profit_today(now=now, time_zone=zone).amount)
    return HomeOut(
        today=ComparisonOut.of(figures.today),
        week=ComparisonOut.of(figures.week),
        month=ComparisonOut.of(figures.month),
        profit_today=profit,
        todos=[TodoOut(code=t.code, label=t.label, count=t.count) for t in selectors.todos(actor)],
        opening=[
            StepOut(code=step.code, title=step.title, done=step.done)
            for step in selectors.opening_steps(profile.current(), actor)
        ],
    )


@router.get("/sales/days", response=answers(DaysOut), operation_id="list_daily_sales")
@requires(Permission.VIEW_HOME)
@reads_replica
def list_daily_sales(request: StoreRequest, asked: Query[DaysQuery]) -> Any:
    """Sales and orders of each day up to today, oldest first."""
    zone = request.store.time_zone
    days = selectors.daily_sales(now=timezone.now(), time_zone=zone, days=asked.days)
    return DaysOut(
        items=[DayOut(day=d.day, sales=MoneyOut.of(d.sales_amount), orders=d.orders) for d in days]
    )


@router.get("/search", response=answers(FoundOut), operation_id="search_store")
@requires(Permission.VIEW_HOME)
def search_store(request: StoreRequest, asked: Query[SearchQuery]) -> Any:
    """Orders, products and customers that the words may mean, as far as the key may see them."""
    groups = selectors.found(asked.q, actor=request.actor)
    return FoundOut(
        items=[
            HitGroupOut(
                code=group.code,
                label=group.label,
                hits=[HitOut(title=h.title, note=h.note, url=h.url) for h in group.hits],
            )
            for group in groups
        ]
    )


@router.post("/opening/shared", response=answers(None, 204), operation_id="note_store_shared")
@requires(Permission.VIEW_HOME)
def note_store_shared(request: StoreRequest) -> Any:
    """Note that the store's address was shared."""
    services.note_shared(actor=request.actor, now=timezone.now())
    return Status(204, None)


@router.post("/opening/looked", response=answers(None, 204), operation_id="note_store_looked_at")
@requires(Permission.VIEW_HOME)
def note_store_looked_at(request: StoreRequest) -> Any:
    """Note that somebody looked at the shop."""
    services.note_looked(actor=request.actor, now=timezone.now())
    return Status(204, None)


@router.post("/opening/close", response=answers(None, 204), operation_id="close_opening")
@requires(Permission.VIEW_HOME)
def close_opening(request: StoreRequest) -> Any:
    """Put the finished checklist away. 409 while a step is open."""
    services.close_opening(actor=request.actor, now=timezone.now())
    return Status(204, None)
