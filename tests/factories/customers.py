"""Shoppers' records for tests."""

from itertools import count

from core.customers import services as customers
from core.customers.models import Customer
from tenants.permissions import SYSTEM

_numbers = count(81200000001)


def customer(**fields: str) -> Customer:
    """Somebody with a phone number of their own."""
    given = {"name": "Dewi Lestari", "phone": f"+62{next(_numbers)}", "email": "", **fields}
    return customers.upsert_from_order(**given, actor=SYSTEM)
