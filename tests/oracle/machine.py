"""Random days in a store's life: the services and the oracle do each act, then both are compared."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from tenants import context
from tests.oracle.acting import few
from tests.oracle.books import Books
from tests.oracle.money_acts import MoneyActs
from tests.oracle.order_acts import OrderActs
from tests.oracle.stock_acts import StockActs


class Shop(StockActs, OrderActs, MoneyActs):
    """Order, stock and money together."""

    @initialize(begin=st.lists(few, max_size=3))
    def open(self, begin: list[int]) -> None:
        self.books, self.refunds = Books(), {}
        self.count = 0
        context.enter(self.stage.store)
        self.stage.clear()
        for sku in self.stage.skus:
            self._receive(sku, self.stage.places[0], 12)
        for how in begin:
            self.place_order(who=how, basket={how % 2: 2}, place=0, how=how)
