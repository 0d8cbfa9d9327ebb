"""The store's own facts, for its other systems."""

from ninja import Router

router = Router(tags=["Store"])
