"""Numbers for the front page of the dashboard."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from core.catalog.models import Product, ProductStatus
from core.inventory.models import StockItem
from core.kernel import profile
from core.kernel.models import StoreProfile
from core.orders.models import FulfilmentState, Order, OrderState, PaymentState
from core.payments.models import PaymentMethod

EARNING = (PaymentState.PAID, PaymentState.PARTLY_REFUNDED)
CHART_DAYS = 30


@dataclass(frozen=True, slots=True)
class Day:
    """One day in the store's own time zone. Sales are paid orders less refunds, in minor units."""

    day: date
    sales_amount: int
    orders: int


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that waits for a person."""

    label: str
    count: int
    url: str
    icon: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of opening a store."""

    title: str
    text: str
    url: str
    action: str
    done: bool
    next: bool = False


def daily_sales(*, now: datetime, time_zone: str, days: int = CHART_DAYS) -> list[Day]:
    """The last `days` days up to today, oldest first; days without orders are zeros."""
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    first = today - timedelta(days=days - 1)
    start = datetime.combine(first, time.min, tzinfo=zone)
    rows = (
        Order.objects.filter(placed_at__gte=start)
        .exclude(state=OrderState.CANCELLED)
        .annotate(day=TruncDate("placed_at", tzinfo=zone))
        .values("day")
        .annotate(
            orders=Count("pk"),
            sales=Sum(F("total_amount") - F("refunded_amount"), filter=Q(payment_state__in=EARNING)),
        )
        .order_by("day")
    )
    found = {row["day"]: (row["sales"] or 0, row["orders"]) for row in rows}
    dates = [first + timedelta(days=number) for number in range(days)]
    return [Day(day, *found.get(day, (0, 0))) for day in dates]


def todos() -> list[Todo]:
    """What needs doing now, most urgent first; nothing that is zero."""
    open_orders = Order.objects.filter(state=OrderState.OPEN)
    counts = open_orders.aggregate(
        to_confirm=Count("pk", filter=Q(payment_state=PaymentState.UNPAID, payment_method="MANUAL_TRANSFER")),
        to_ship=Count("pk", filter=_ready_to_ship()),
    )
    low = StockItem.objects.filter(low_alerted_at__isnull=False).count()
    drafts = Product.objects.filter(status=ProductStatus.DRAFT).count()
    entries = [
        Todo(
            _("Transfers to confirm"), counts["to_confirm"], _url("orders:list", "?view=unpaid"), "banknote"
        ),
        Todo(_("Orders to ship"), counts["to_ship"], _url("orders:list", "?view=to_ship"), "truck"),
        Todo(_("Products low in stock"), low, _url("inventory:stock", "?low=1"), "triangle-alert"),
        Todo(_("Drafts to publish"), drafts, _url("catalog:list", "?status=DRAFT"), "pencil"),
    ]
    return [entry for entry in entries if entry.count]


def _ready_to_ship() -> Q:
    """Paid, or cash on delivery, and not yet gone."""
    waiting = Q(fulfilment_state__in=[FulfilmentState.UNFULFILLED, FulfilmentState.PARTLY_FULFILLED])
    return waiting & (Q(payment_state__in=EARNING) | Q(payment_method="COD"))


def opening_steps() -> list[Step]:
    """What a new store still needs before its first sale, with the next step marked."""
    shop = profile.current()
    steps = [
        Step(title, text, url, action, is_done(shop)) for title, text, url, action, is_done in _all_steps()
    ]
    first_open = next((number for number, step in enumerate(steps) if not step.done), None)
    return [
        Step(s.title, s.text, s.url, s.action, s.done, number == first_open) for number, s in enumerate(steps)
    ]


def _all_steps() -> list[tuple[str, str, str, str, Callable[[StoreProfile], bool]]]:
    return [
        (
            _("Add your first product"),
            _("A photo, a name and a price are enough."),
            _url("catalog:new"),
            _("Add product"),
            lambda shop: Product.objects.filter(status=ProductStatus.ACTIVE).exists(),
        ),
        (
            _("Count your stock"),
            _("Shoppers can buy what you have on hand."),
            _url("inventory:stock"),
            _("Open stock"),
            lambda shop: StockItem.objects.filter(on_hand__gt=0).exists(),
        ),
        (
            _("Choose how you get paid"),
            _("Bank transfer, cash on delivery or Midtrans."),
            _url("payments:methods"),
            _("Set up payments"),
            lambda shop: PaymentMethod.objects.filter(is_enabled=True).exists(),
        ),
        (
            _("Share your store"),
            _("Send its address to your first customers."),
            _url("dashboard:share"),
            _("Share"),
            lambda shop: shop.shared_at is not None,
        ),
    ]


def _url(name: str, query: str = "") -> str:
    """An address in the dashboard; empty while the room has no such page."""
    try:
        return reverse(name) + query
    except NoReverseMatch:
        return ""
