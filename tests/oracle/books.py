"""What a store's books must say after each act, written from the promises and not from the code.

Plain Python over plain data: nothing here reads the product. There is no double-entry journal yet; the books
are the movements of stock, the payments with their refunds, and the figures of the customers.
"""

from dataclasses import dataclass, field

from tests.oracle.shelves import Refused, Transfer, Warehouse

__all__ = ["Books", "Line", "Order", "Payment", "Refused", "Transfer"]

OPEN_PAYMENTS = ("PENDING", "AUTHORISED", "REVIEW", "FAILED")
IN_HAND = ("PAID", "PARTLY_REFUNDED")
HOLDING = (*IN_HAND, "DISPUTED")
BY_HAND = ("MANUAL_TRANSFER", "COD")
# A gateway's word about a payment in each state, where it changes something.
MAY_FOLLOW = {
    "PENDING": "AUTHORISED REVIEW PAID FAILED CANCELLED EXPIRED",
    "AUTHORISED": "REVIEW PAID FAILED CANCELLED EXPIRED",
    "REVIEW": "AUTHORISED PAID FAILED CANCELLED EXPIRED",
    "FAILED": "PENDING PAID EXPIRED CANCELLED",
    "CANCELLED": "PAID",
    "EXPIRED": "PAID",
    "PAID": "REVERSED DISPUTED",
    "PARTLY_REFUNDED": "REVERSED DISPUTED",
    "REFUNDED": "DISPUTED",
    "REVERSED": "PAID",
    "DISPUTED": "PAID REVERSED",
}


@dataclass
class Line:
    quantity: int
    sent: int = 0


@dataclass
class Order:
    customer: int
    place: int
    lines: dict[str, Line]
    price: int
    code: int = 0
    refunded: int = 0
    state: str = "OPEN"
    paid: str = "UNPAID"
    sent: str = "UNFULFILLED"
    method: str = ""

    @property
    def total(self) -> int:
        return self.price + self.code


@dataclass
class Payment:
    order: str
    method: str
    amount: int
    code: int
    state: str = "PENDING"
    received: int = 0
    refunded: int = 0

    @property
    def left(self) -> int:
        return max(self.received - self.refunded, 0)


@dataclass
class Refund:
    payment: str
    amount: int
    state: str


@dataclass
class Parcel:
    order: str
    state: str = "SHIPPED"


@dataclass
class Books(Warehouse):
    """Everything that is written down, and the acts that write it."""

    promises: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    parcels: dict[str, Parcel] = field(default_factory=dict)
    invoices: list[str] = field(default_factory=list)
    customers: dict[int, list[int]] = field(default_factory=dict)

    def _promise(self, number: str) -> None:
        order = self.orders[number]
        wanted = {sku: line.quantity for sku, line in order.lines.items()}
        self.demand(wanted, order.place)
        for sku, units in wanted.items():
            self.shelf(sku, order.place).allocated += units
            self.promises[number, sku] = [units, 0]

    def _take(self, number: str, taken: dict[str, int]) -> None:
        place = self.orders[number].place
        for sku, units in taken.items():
            self.shelf(sku, place).allocated -= units
            self.promises[number, sku][1] += units
            self.move(sku, place, "CONSUMED", -units)

    def _let_go(self, number: str) -> None:
        for key in [key for key in self.promises if key[0] == number]:
            units, gone = self.promises.pop(key)
            self.shelf(key[1], self.orders[number].place).allocated -= units - gone

    # Orders

    def place(self, number: str, order: Order) -> None:
        """Write an order down with its goods promised; opening its payment is part of the same act."""
        self.orders[number] = order
        self._promise(number)
        self.customers.setdefault(order.customer, [0, 0])[0] += 1

    def cancel(self, number: str, *, restock: bool) -> None:
        order = self.orders[number]
        if order.state == "CANCELLED":
            return
        if order.state != "OPEN" or order.sent != "UNFULFILLED":
            raise Refused("MoveRefused")
        if not restock:
            self._take(number, {sku: line.quantity for sku, line in order.lines.items()})
        self._let_go(number)
        order.state = "CANCELLED"

    def ship(self, number: str, parcel: str, wanted: dict[str, int] | None) -> None:
        order = self.orders[number]
        left = {sku: line.quantity - line.sent for sku, line in order.lines.items()}
        taken = {sku: units for sku, units in (left if wanted is None else wanted).items() if units}
        if not taken or any(units > left.get(sku, 0) for sku, units in taken.items()):
            raise Refused("InvalidInput")
        if order.state != "OPEN" or not (order.method == "COD" or order.paid in IN_HAND):
            raise Refused("MoveRefused")
        for sku, units in taken.items():
            order.lines[sku].sent += units
        self._take(number, taken)
        is_all = all(line.sent == line.quantity for line in order.lines.values())
        order.sent = "FULFILLED" if is_all else "PARTLY_FULFILLED"
        self.parcels[parcel] = Parcel(number)

    def deliver(self, parcel: str) -> None:
        told = self.parcels[parcel]
        told.state = "DELIVERED"
        order = self.orders[told.order]
        on_the_way = any(p.order == told.order and p.state == "SHIPPED" for p in self.parcels.values())
        if order.sent == "FULFILLED" and not on_the_way:
            order.sent = "DELIVERED"
            self._close(order)

    def _close(self, order: Order) -> None:
        if order.state == "OPEN" and order.sent == "DELIVERED" and order.paid in IN_HAND:
            order.state = "CLOSED"

    def give_back(self, number: str, sku: str, units: int, place: int) -> None:
        """Units that had left are on a shelf again."""
        self.move(sku, place, "RESTOCKED", units)

    def invoice(self, number: str) -> None:
        order = self.orders[number]
        if number in self.invoices:
            return
        if order.state == "CANCELLED" and order.paid == "UNPAID":
            raise Refused("MoveRefused")
        self.invoices.append(number)

    # Money

    def of_order(self, number: str) -> list[Payment]:
        return [payment for payment in self.payments.values() if payment.order == number]

    def open_payment(self, number: str, method: str, *, code: int = 0) -> str:
        """Returns the reference of the payment that waits. `code` is the one that the product chose."""
        order = self.orders[number]
        if order.state != "OPEN" or order.paid != "UNPAID":
            raise Refused("PaymentClosed")
        mine = [(key, p) for key, p in self.payments.items() if p.order == number]
        for reference, payment in mine:
            if payment.state == "PENDING" and payment.method == method:
                return reference
            if payment.state in OPEN_PAYMENTS:
                payment.state = "CANCELLED"
        order.code, order.method = code, method
        reference = f"{number}-{len(mine) + 1}"
        self.payments[reference] = Payment(number, method, order.total, code)
        return reference

    def confirm(self, reference: str, received: int, *, accepts: bool) -> None:
        payment = self.payments[reference]
        if payment.state == "PAID":
            return
        if payment.method not in BY_HAND:
            raise Refused("PaymentClosed")
        if received != payment.amount and not accepts:
            raise Refused("AmountDiffers")
        if "PAID" not in MAY_FOLLOW[payment.state].split():
            raise Refused("PaymentClosed")
        self._receive(payment, received)

    def _receive(self, payment: Payment, received: int) -> None:
        payment.state, payment.received = "PAID", received
        order = self.orders[payment.order]
        if order.paid != "UNPAID":
            return
        if order.state == "CANCELLED":
            self._try_to_reopen(payment.order)
        order.paid = "PAID"
        self._close(order)
        self.customers[order.customer][1] += order.total - order.refunded

    def _try_to_reopen(self, number: str) -> None:
        try:
            self._promise(number)
        except Refused:
            return
        self.orders[number].state = "OPEN"

    def hear(self, reference: str, outcome: str) -> bool:
        """A gateway's word, other than about refunds. Returns whether it changes anything."""
        payment = self.payments[reference]
        to = "REVERSED" if outcome == "FAILED" and payment.state in IN_HAND else outcome
        if to not in MAY_FOLLOW[payment.state].split():
            return False
        if to == "PAID":
            self._receive(payment, payment.amount)
        elif to == "EXPIRED":
            self.expire(reference)
        else:
            payment.state = to
        if to == "REVERSED":
            self._lose(payment.order)
        return True

    def _lose(self, number: str) -> None:
        """A bank took money back. While another payment holds some, the order stays paid."""
        order = self.orders[number]
        if order.paid not in IN_HAND or any(p.state in HOLDING for p in self.of_order(number)):
            return
        self.customers[order.customer][1] -= order.total - order.refunded
        order.paid = "UNPAID"
        if order.state == "CLOSED":
            order.state = "OPEN"

    def expire(self, reference: str) -> None:
        payment = self.payments[reference]
        order = self.orders[payment.order]
        if payment.state in OPEN_PAYMENTS:
            payment.state = "CANCELLED" if order.state == "CANCELLED" else "EXPIRED"
        waits = any(p.state in OPEN_PAYMENTS for p in self.of_order(payment.order))
        is_vain = order.state == "OPEN" and order.paid == "UNPAID" and order.sent == "UNFULFILLED"
        if payment.state in ("EXPIRED", "CANCELLED") and is_vain and not waits:
            self.cancel(payment.order, restock=True)

    def cancel_open(self, number: str) -> None:
        order = self.orders[number]
        if order.state == "OPEN" and order.paid == "UNPAID":
            return
        for payment in self.of_order(number):
            if payment.state in OPEN_PAYMENTS:
                payment.state = "CANCELLED"

    def refund(self, reference: str, refund: str, amount: int, *, by_hand: bool) -> None:
        payment = self.payments[reference]
        if payment.state not in IN_HAND:
            raise Refused("PaymentClosed")
        asked = [r for r in self.refunds.values() if r.payment == reference and r.state == "REQUESTED"]
        if amount > payment.left - sum(r.amount for r in asked):
            raise Refused("RefundTooLarge")
        self.refunds[refund] = Refund(reference, amount, "REQUESTED")
        if by_hand or payment.method in BY_HAND:
            self.finish_refund(refund)

    def finish_refund(self, refund: str) -> None:
        """The money is on its way, whatever became of the payment meanwhile."""
        told = self.refunds[refund]
        if told.state == "DONE":
            return
        told.state = "DONE"
        payment = self.payments[told.payment]
        payment.refunded += told.amount
        is_all = payment.refunded >= payment.received
        if payment.state in IN_HAND or (payment.state == "DISPUTED" and is_all):
            payment.state = "REFUNDED" if is_all else "PARTLY_REFUNDED"
        others = [p for p in self.of_order(payment.order) if p is not payment and p.state in HOLDING]
        order = self.orders[payment.order]
        if sum(p.left for p in others) >= order.total or order.paid == "UNPAID":
            return
        before = order.refunded
        order.refunded = min(before + told.amount, order.total)
        self.customers[order.customer][1] -= order.refunded - before
        is_over = order.refunded >= order.total or (is_all and not others) or order.paid == "REFUNDED"
        order.paid = "REFUNDED" if is_over else "PARTLY_REFUNDED"

    def refuse_refund(self, refund: str) -> None:
        if self.refunds[refund].state == "REQUESTED":
            self.refunds[refund].state = "REFUSED"

    def hear_refunds(self, reference: str, ours: list[str], foreign: str, extra: int) -> None:
        """A gateway says that money went back: by the refunds we asked for, and `extra` by its own page."""
        payment = self.payments[reference]
        if "PAID" in MAY_FOLLOW[payment.state].split():
            self._receive(payment, payment.amount)
        for refund in ours:
            self.finish_refund(refund)
        if extra:
            self.refunds[foreign] = Refund(reference, extra, "REQUESTED")
            self.finish_refund(foreign)

    def told(self) -> dict[str, object]:
        """All of it, in the shape in which `reading.seen` reads the database."""
        return {
            "stock": {
                key: (s.on_hand, s.allocated, s.reserved, s.safety)
                for key, s in self.stock.items()
                if any((s.on_hand, s.allocated, s.reserved, s.safety))
            },
            "movements": self.movements,
            "promises": {key: tuple(units) for key, units in self.promises.items()},
            "holds": self.holds,
            "orders": {
                number: (o.state, o.paid, o.sent, o.method, o.total, o.code, o.refunded)
                for number, o in self.orders.items()
            },
            "lines": {
                (number, sku): (line.quantity, line.sent)
                for number, o in self.orders.items()
                for sku, line in o.lines.items()
            },
            "payments": {
                key: (p.order, p.method, p.state, p.amount, p.received, p.refunded)
                for key, p in self.payments.items()
            },
            "refunds": sorted((r.payment, r.amount, r.state) for r in self.refunds.values()),
            "parcels": sorted((p.order, p.state) for p in self.parcels.values()),
            "transfers": {number: t.state for number, t in self.transfers.items()},
            "arrived": {
                (number, sku): tuple(units)
                for number, t in self.transfers.items()
                for sku, units in t.lines.items()
            },
            "invoices": self.invoices,
            "customers": {who: tuple(figures) for who, figures in self.customers.items()},
        }
