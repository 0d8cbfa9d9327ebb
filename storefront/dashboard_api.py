"""The dress and the pages of a store's shop, for its other systems."""

from ninja import Router

router = Router(tags=["Design"])
