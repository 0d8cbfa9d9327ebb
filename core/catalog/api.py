"""The catalogue for a store's other systems."""

from ninja import Router

router = Router(tags=["Catalogue"])
