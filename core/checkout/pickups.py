"""Tells shipping where orders may be fetched: only the checkout knows both rooms."""

from core.inventory import selectors as inventory
from core.shipping.pickups import PickupPlace, tell


@tell
def places() -> list[PickupPlace]:
    """Open locations at which shoppers may pick up."""
    return [
        PickupPlace(place.pk, place.public_id, place.name)
        for place in inventory.locations(active_only=True)
        if place.allows_pickup
    ]
