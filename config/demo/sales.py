"""Lives a store's story through the product's own services: carts, orders, payments, parcels, refunds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import cycle
from typing import Final
from zlib import crc32

from config.demo.story import Fate, Sale
from core.catalog import selectors as catalog
from core.checkout import selectors as carts
from core.checkout import services as checkout
from core.checkout.services import Purchase
from core.fulfilment import services as fulfilment
from core.kernel import history
from core.kernel.money import Money
from core.orders import services as orders
from core.payments import selectors as payments_made
from core.payments import services as payments
from core.payments.ports import GatewayNotice, Outcome
from tenants.permissions import SHOPPER, SYSTEM, Actor

_COURIERS: Final = ("JNE", "J&T Express", "SiCepat", "AnterAja", "Pos Indonesia")
_CHANNELS: Final = cycle(("qris", "bca_va", "gopay", "bni_va", "shopeepay", "credit_card"))
_REASONS: Final = (
    "Pembeli berubah pikiran",
    "Alamat tidak lengkap",
    "Warna yang diminta rusak saat diperiksa",
)
_PAID: Final = {Fate.PAID, Fate.PARTLY_SENT, Fate.SENT, Fate.ARRIVED, Fate.PARTLY_REFUNDED, Fate.REFUNDED}
_SENT: Final = _PAID - {Fate.PAID}
_BACK: Final = {Fate.PARTLY_REFUNDED, Fate.REFUNDED}


def live(sales: Sequence[Sale], *, staff: Actor, now: datetime) -> None:
    """Let every sale happen at its moment, and what followed in the days after it."""
    for sale in sales:
        _Telling(sale, staff, now).tell()


class _Telling:
    """One order from its cart to today."""

    def __init__(self, sale: Sale, staff: Actor, now: datetime) -> None:
        self.sale, self.staff, self.now = sale, staff, now
        self.salt = crc32(f"{sale.at}{sale.shopper.phone}".encode())

    def tell(self) -> None:
        """Place it, then pay, cancel, send and refund as its fate says."""
        self.order_id = self._place()
        if self.sale.fate == Fate.EXPIRED:
            self._expire()
        elif self.sale.fate == Fate.CANCELLED:
            self._cancel()
        elif self.sale.fate in _PAID:
            self._pay_and_send()

    def _later(self, hours: int) -> datetime:
        """A moment so many hours after the order, not after today."""
        return min(self.sale.at + timedelta(hours=hours, minutes=self.salt % 50), self.now)

    def _place(self) -> int:
        with history.at(self.sale.at):
            cart = checkout.create_cart(language="id", now=self.sale.at)
            goods = catalog.variants_by_sku(self.sale.units)
            for sku, quantity in self.sale.units.items():
                checkout.add_line(
                    cart_id=cart.public_id,
                    variant_id=goods[sku].public_id,
                    quantity=quantity,
                    now=self.sale.at,
                )
            purchase = self._purchase(cart.public_id)
            return checkout.place_order(
                cart_id=cart.public_id, purchase=purchase, now=self.sale.at, actor=SHOPPER
            ).pk

    def _purchase(self, cart_id: str) -> Purchase:
        shopper = self.sale.shopper
        region = "" if self.sale.is_pickup else shopper.region.code
        cart = carts.open_cart(cart_id, now=self.sale.at)
        options = [
            o for o in carts.quote(cart, region_code=region).options if o.is_pickup == self.sale.is_pickup
        ]
        return Purchase(
            name=shopper.name,
            phone=shopper.phone,
            email=shopper.email,
            shipping_method=options[self.salt % len(options)].public_id,
            payment_method=self.sale.method,
            address_line="" if self.sale.is_pickup else shopper.street,
            landmark=shopper.landmark,
            region_code=region,
            note=self.sale.note,
        )

    def _expire(self) -> None:
        payment = payments_made.payment_of(self.order_id)
        assert payment is not None
        ended = min(payment.expires_at or self.now, self.now)
        with history.at(ended):
            payments.expire(payment_id=payment.pk, now=ended)

    def _cancel(self) -> None:
        moment = self._later(5)
        with history.at(moment):
            orders.cancel(
                order_id=self.order_id,
                reason=_REASONS[self.salt % len(_REASONS)],
                actor=self.staff,
                now=moment,
            )

    def _pay_and_send(self) -> None:
        is_cash = self.sale.method == "COD"
        if not is_cash:
            self._pay(self._later(self.salt % 4))
        if self.sale.fate in _SENT:
            self._send(self._later(20 + self.salt % 12))
        if is_cash and self.sale.fate in {Fate.ARRIVED, *_BACK}:
            self._pay(self._later(80))
        if self.sale.fate in _BACK:
            self._give_back(self._later(120))

    def _pay(self, moment: datetime) -> None:
        payment = payments_made.payment_of(self.order_id)
        assert payment is not None
        with history.at(moment):
            if payment.method != "MIDTRANS":
                payments.confirm_transfer(
                    payment_id=payment.pk, received_amount=payment.amount, actor=self.staff, now=moment
                )
                return
            word = GatewayNotice(
                event_id=f"demo-{payment.reference}",
                reference=payment.reference,
                outcome=Outcome.PAID,
                amount=Money(payment.amount, payment.currency),
                provider_reference=f"{self.salt:08x}-demo",
                method=next(_CHANNELS),
            )
            payments.apply_outcome(payment_id=payment.pk, found=word, now=moment)

    def _send(self, moment: datetime) -> None:
        first = next(iter(self.sale.units))
        some = {first: self.sale.units[first]} if self.sale.fate == Fate.PARTLY_SENT else None
        courier = "" if self.sale.is_pickup else _COURIERS[self.salt % len(_COURIERS)]
        with history.at(moment):
            parcel = fulfilment.ship(
                order_id=self.order_id,
                quantities=some,
                courier_name=courier,
                waybill=f"{courier[:2].upper()}{self.salt:010d}" if courier else "",
                actor=self.staff,
                now=moment,
            )
        if self.sale.fate not in {Fate.SENT, Fate.PARTLY_SENT}:
            arrived = self._later(70)
            with history.at(arrived):
                fulfilment.deliver(fulfilment_id=parcel.pk, actor=SYSTEM, now=arrived)

    def _give_back(self, moment: datetime) -> None:
        payment = payments_made.payment_of(self.order_id)
        assert payment is not None
        amount = payment.amount if self.sale.fate == Fate.REFUNDED else payment.amount // 4
        with history.at(moment):
            payments.refund(
                payment_id=payment.pk,
                amount=amount,
                reason="Barang tidak sesuai"
                if self.sale.fate == Fate.REFUNDED
                else "Jahitan lepas, potongan harga",
                is_by_hand=True,
                actor=self.staff,
                now=moment,
            )
