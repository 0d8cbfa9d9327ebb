"""What every run of the machine finds, and how it is made as it was."""

from django.db import connection

from tenants import context
from tenants.models import Job, Store
from tests.factories.catalog import make_variant
from tests.factories.customers import customer
from tests.factories.inventory import location
from tests.factories.payments import method

METHODS = ("MANUAL_TRANSFER", "COD", "MIDTRANS")
PRICE, SHIPPING = 75_000, 20_000
_WRITTEN = """
    inventory_stockmovement, inventory_stockitem, inventory_allocation, inventory_reservation,
    inventory_transfer, inventory_transferline, orders_order, orders_orderline, orders_invoice,
    payments_payment, payments_refund, fulfilment_fulfilment, fulfilment_fulfilmentline,
    kernel_auditentry, kernel_auditlink, kernel_audithead
"""


class Stage:
    """What every run of the machine finds: two SKUs, two places, two customers, three ways to pay."""

    def __init__(self, store: Store) -> None:
        self.store = store
        with context.in_store(store):
            self.variants = [make_variant(sku=sku, price_amount=PRICE) for sku in ("GAYO", "TORAJA")]
            self.skus = [variant.sku for variant in self.variants]
            self.locations = [location("Gudang Satu"), location("Gudang Dua")]
            self.places = [place.pk for place in self.locations]
            self.customers = [customer(), customer()]
            for code in METHODS:
                method(code)
            self.clear()

    def clear(self) -> None:
        """As it was, without anything that happened."""
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {_WRITTEN} RESTART IDENTITY CASCADE")
            cursor.execute("UPDATE customers_customer SET order_count = 0, spent_amount = 0")
            cursor.execute("DELETE FROM kernel_numbersequence")
        with context.in_public():
            Job.objects.filter(store=self.store).delete()
