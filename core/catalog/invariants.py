"""What must be true of the catalogue."""

from collections.abc import Iterable

from django.db.models import Count, F, Max, Min, Q
from django.db.models.functions import Coalesce

from core.catalog.models import Product
from core.kernel.invariants import MOST_PER_RULE, Finding, invariant

_LIVE = Q(variants__retired_at=None)
_ON_SALE = _LIVE & Q(variants__is_active=True)
_CARD = ("variant_count", "price_min_amount", "price_max_amount", "in_stock")


@invariant("INV-13.1", "a product's card repeats its variants")
def cards_repeat_variants() -> Iterable[Finding]:
    """Lists and searches show the card: another price there is a broken promise."""
    rows = Product.objects.annotate(
        count=Count("variants", filter=_LIVE),
        low=Coalesce(Min("variants__price_amount", filter=_ON_SALE), 0),
        high=Coalesce(Max("variants__price_amount", filter=_ON_SALE), 0),
        stocked=Count("variants", filter=_ON_SALE & Q(variants__in_stock=True)),
    )
    is_right = Q(in_stock=True, stocked__gt=0) | Q(in_stock=False, stocked=0)
    wrong = rows.exclude(
        is_right,
        variant_count=F("count"),
        price_min_amount=F("low"),
        price_max_amount=F("high"),
    )
    told = wrong.order_by("pk").values_list("public_id", "count", "low", "high", "stocked", *_CARD)
    return (
        (who, _card(count, low, high, stocked > 0), _card(*card))
        for who, count, low, high, stocked, *card in told[:MOST_PER_RULE]
    )


def _card(count: int, low: int, high: int, in_stock: bool) -> str:
    return f"{count} variants, {low} to {high}, {'in stock' if in_stock else 'sold out'}"
