"""Payments and ways to pay, for a store's other systems."""

from ninja import Router

router = Router(tags=["Payments"])
