"""Payments and ways to pay, for a store's other systems."""

from ninja import Router

from core.payments import order_api, settings_api

router = Router(tags=["Payments"])
router.add_router("", order_api.router)
router.add_router("", settings_api.router)
