"""What a parcel may travel by, and what that costs."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from core.kernel.errors import NotFound
from core.kernel.statements import Statement
from core.shipping.models import MethodKind, ShippingMethod, ShippingRate


@dataclass(frozen=True, slots=True)
class ShippingOption:
    """One line under "Shipping" at the checkout, with its fee worked out."""

    method_id: int
    public_id: str
    name: str
    amount: int
    min_days: int
    max_days: int
    is_pickup: bool
    location_id: int | None


def options(*, region_code: str, weight_grams: int, subtotal_amount: int) -> list[ShippingOption]:
    """Every way this parcel can go, in the seller's order.

    region_code   the shopper's region, as deep as it is known; "" while it is not
    Returns       nothing for a TABLE method whose rates reach neither the region nor the weight
    """
    found = []
    offered: list[ShippingMethod] = _OFFERED.objects()
    rates = _rates_by_method() if any(method.kind == MethodKind.TABLE for method in offered) else {}
    for method in offered:
        fee = fee_of(method, rates.get(method.pk, []), region_code=region_code, weight_grams=weight_grams)
        if fee is None:
            continue
        found.append(_option(method, 0 if _is_free(method, subtotal_amount) else fee))
    return found


def methods() -> list[ShippingMethod]:
    """The store's methods with their rates, in the seller's order."""
    rates = ShippingRate.objects.order_by("region_code", "up_to_grams", "pk")
    return list(ShippingMethod.objects.order_by("position", "pk").prefetch_related(Prefetch("rates", rates)))


def method(public_id: str) -> ShippingMethod:
    """One method with its rates. Raises NotFound."""
    rates = ShippingRate.objects.order_by("region_code", "up_to_grams", "pk")
    found = (
        ShippingMethod.objects.filter(public_id=public_id).prefetch_related(Prefetch("rates", rates)).first()
    )
    if found is None:
        raise NotFound(_("There is no such shipping method."))
    return found


# Every quote asks these two.
_OFFERED = Statement(lambda: ShippingMethod.objects.filter(is_active=True).order_by("position", "pk"))
_RATES = Statement(
    lambda: ShippingRate.objects.filter(method__is_active=True).order_by("region_code", "up_to_grams", "pk")
)


def _rates_by_method() -> dict[int, list[ShippingRate]]:
    found: dict[int, list[ShippingRate]] = {}
    for rate in _RATES.objects():
        found.setdefault(rate.method_id, []).append(rate)
    return found


def fee_of(
    method: ShippingMethod, rates: Iterable[ShippingRate], *, region_code: str, weight_grams: int
) -> int | None:
    """What the journey costs before any free-shipping rule; None when this method does not go there."""
    if method.kind != MethodKind.TABLE:
        return method.amount
    rate = _best_rate(rates, region_code, weight_grams)
    if rate is None:
        return None
    return rate.amount + rate.per_kg_amount * billed_kilos(weight_grams, method.weight_tolerance_grams)


def billed_kilos(weight_grams: int, tolerance_grams: int = 300) -> int:
    """Kilograms a courier bills: at least 1, and a remainder within the tolerance is given away."""
    return max(1, -(-(weight_grams - tolerance_grams) // 1000))


def _best_rate(rates: Iterable[ShippingRate], region_code: str, weight_grams: int) -> ShippingRate | None:
    """The deepest region that carries this weight, and there the smallest step that does."""
    fitting = [
        rate
        for rate in rates
        if _lies_in(region_code, rate.region_code)
        and (rate.up_to_grams is None or weight_grams <= rate.up_to_grams)
    ]
    return min(
        fitting,
        key=lambda rate: (-len(rate.region_code), rate.up_to_grams is None, rate.up_to_grams or 0),
        default=None,
    )


def _lies_in(region_code: str, area: str) -> bool:
    """Whether a region is `area` or below it; compared part by part, so 32.7 is not above 32.73."""
    return not area or region_code == area or region_code.startswith(f"{area}.")


def _is_free(method: ShippingMethod, subtotal_amount: int) -> bool:
    return method.free_over_amount is not None and subtotal_amount >= method.free_over_amount


def _option(method: ShippingMethod, amount: int) -> ShippingOption:
    return ShippingOption(
        method_id=method.pk,
        public_id=method.public_id,
        name=method.name,
        amount=amount,
        min_days=method.min_days,
        max_days=method.max_days,
        is_pickup=method.is_pickup,
        location_id=method.location_id,
    )
