"""The team and the background work of a store, for its other systems."""

from ninja import Router

team = Router(tags=["Team"])
work = Router(tags=["Background work"])
