"""What the API answers, one file per group of objects. Importing this package fills the table of routes."""

from tests.fakes.stripe.calls import (
    catalogue,
    checkout,
    customers,
    discounts,
    events,
    invoices,
    meters,
    money_back,
    payments,
    portal,
    schedules,
    subscriptions,
)

__all__ = [
    "catalogue",
    "checkout",
    "customers",
    "discounts",
    "events",
    "invoices",
    "meters",
    "money_back",
    "payments",
    "portal",
    "schedules",
    "subscriptions",
]
