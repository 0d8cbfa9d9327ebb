"""Where a shopper may fetch an order.

Locations are inventory's, which lies beside this room, so a room above both tells what there is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

_sources: list[Callable[[], Sequence["PickupPlace"]]] = []


@dataclass(frozen=True, slots=True)
class PickupPlace:
    """A location at which orders may be handed over."""

    id: int
    public_id: str
    name: str


def tell(source: Callable[[], Sequence[PickupPlace]]) -> Callable[[], Sequence[PickupPlace]]:
    """Register who knows the places: one function, in a module that its app imports when it is ready."""
    _sources[:] = [source]
    return source


def pickup_places() -> list[PickupPlace]:
    """The open locations that hand over to shoppers, the default first."""
    return [place for source in _sources for place in source()]


def place_id(public_id: str) -> int | None:
    """The number that a method keeps for a place; None for one that is not offered."""
    return next((place.id for place in pickup_places() if place.public_id == public_id), None)


def place_of(location_id: int | None) -> PickupPlace | None:
    """The place behind a method's number."""
    return next((place for place in pickup_places() if place.id == location_id), None)
