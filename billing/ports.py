"""What we ask of a provider that charges cards by itself, and what it tells us, in our own words.

Amounts are in the unit that we count (whole rupiah, US cents), moments are aware datetimes, and kinds,
intervals and currencies are those of our models. Providers know nothing of stores: they know customers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from billing.card_invoices import CardCreditNote, CardInvoice, CardRefund

# --- What can go wrong -----------------------------------------------------------------------------


class CardUnavailable(Exception):
    """No answer, or none that can be read. It may have been done: ask again with the same key."""


class CardTrouble(StrEnum):
    """Why a provider said no."""

    DECLINED = "DECLINED"  # the card's bank, in `words`
    KEY_USED = "KEY_USED"  # the key came with other contents before
    UNKNOWN = "UNKNOWN"  # there is no such thing
    UNAUTHORISED = "UNAUTHORISED"  # our own keys are wrong
    NOT_ALLOWED = "NOT_ALLOWED"  # it makes no sense now: already paid, already canceled


class CardRefused(Exception):
    """The provider answered and did nothing."""

    def __init__(self, trouble: CardTrouble, words: str) -> None:
        self.trouble, self.words = trouble, words
        super().__init__(f"{trouble}: {words}")


class InvalidSignature(Exception):
    """A message that the provider did not send, or sent too long ago."""


class InvalidNotice(Exception):
    """A message that is signed and that nobody can read."""


# --- What is for sale ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardPrice:
    """One price of a plan: `key` is how we know it, for ever."""

    key: str
    interval: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class CardPlan:
    """One version of a plan with all its prices."""

    code: str
    version: int
    name: str
    is_offered: bool
    prices: tuple[CardPrice, ...]


@dataclass(frozen=True, slots=True)
class CardTax:
    """The tax on every price, added to it."""

    name: str
    basis_points: int


@dataclass(frozen=True, slots=True)
class CardCoupon:
    """So many percent off for so many months; None is for ever."""

    code: str
    percent_off: int
    months: int | None
    most_uses: int | None
    ends_at: datetime | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class CardCatalogue:
    """Everything that the provider must know before anybody can subscribe."""

    plans: tuple[CardPlan, ...]
    tax: CardTax | None
    coupons: tuple[CardCoupon, ...]
    # Where the provider's own pages lead back to.
    home_url: str


@dataclass(frozen=True, slots=True)
class CataloguePart:
    """One thing of the catalogue at the provider, and whether it was made just now."""

    kind: str
    key: str
    ref: str
    is_new: bool


# --- Who pays, and for what ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardCustomer:
    """Who gets the invoices. `number` is the store's opaque id, `npwp` sixteen digits or empty."""

    number: str
    name: str
    email: str
    language: str
    npwp: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutAsk:
    """A subscription that somebody wants to begin. The first payment is due at `free_until`, or at once."""

    reference: str
    customer_ref: str
    price_key: str
    currency: str
    language: str
    success_url: str
    cancel_url: str
    free_until: datetime | None = None
    with_fees: bool = True


class CheckoutState(StrEnum):
    """Whether such a page can still be paid on."""

    OPEN = "OPEN"
    DONE = "DONE"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class CardCheckout:
    """A page of the provider where a card is entered. `reference` is ours."""

    ref: str
    reference: str
    state: CheckoutState
    url: str
    ends_at: datetime | None
    customer_ref: str
    subscription_ref: str


class PortalPart(StrEnum):
    """Which of the provider's own pages to open; HOME is all of them."""

    HOME = "HOME"
    CARD = "CARD"
    CANCEL = "CANCEL"


class CardState(StrEnum):
    """What a provider says of a subscription."""

    INCOMPLETE = "INCOMPLETE"
    NEVER_BEGUN = "NEVER_BEGUN"
    FREE = "FREE"  # before the first payment is due
    ACTIVE = "ACTIVE"
    PAST_DUE = "PAST_DUE"
    UNPAID = "UNPAID"
    PAUSED = "PAUSED"
    CANCELED = "CANCELED"


@dataclass(frozen=True, slots=True)
class CardSubscription:
    """A subscription as the provider has it at the moment of asking."""

    ref: str
    customer_ref: str
    state: CardState
    price_key: str
    currency: str
    period_starts_at: datetime | None
    period_ends_at: datetime | None
    started_at: datetime
    free_until: datetime | None = None
    ends_at_period_end: bool = False
    canceled_at: datetime | None = None
    resumes_at: datetime | None = None
    # Since when an invoice of it is open that should have been paid.
    owes_since: datetime | None = None
    next_price_key: str = ""
    schedule_ref: str = ""
    coupon_code: str = ""
    coupon_ends_at: datetime | None = None
    # "visa 4242"
    paid_with: str = ""
    # A change that waits for the bank's question to be answered, and where that is done.
    waits_at_url: str = ""


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One line of what a change would cost, before tax."""

    text: str
    net_amount: int


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change would cost now: nothing has happened."""

    currency: str
    lines: tuple[PreviewLine, ...]
    net_amount: int
    tax_amount: int
    total_amount: int
    # The moment that the figures are for; asking for the change with it gives exactly these.
    at: datetime


# --- Messages --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardNotice:
    """That something happened, at `at`. What it is now has to be asked for."""

    event_id: str
    kind: str
    object_ref: str
    customer_ref: str
    subscription_ref: str
    invoice_ref: str
    at: datetime | None
    about: Mapping[str, str] = field(default_factory=dict)


# --- The provider ----------------------------------------------------------------------------------


class CardProvider(Protocol):
    """Talks HTTP and nothing else: no ORM, no clock, no settings.

    Every call may raise CardUnavailable or CardRefused. `key` makes a call safe to repeat: the same key is
    acted upon once. Questions need none.
    """

    name: str

    def sync_catalogue(self, catalogue: CardCatalogue) -> Sequence[CataloguePart]:
        """Make what is missing and correct what differs. Changes nothing the second time."""

    def open_customer(self, customer: CardCustomer, *, key: str) -> str:
        """Make a customer. Returns its ref."""

    def correct_customer(self, ref: str, customer: CardCustomer) -> None:
        """Write the customer's name, address and tax number anew."""

    def start_checkout(self, ask: CheckoutAsk, *, key: str) -> CardCheckout:
        """Open a page where a card is entered and the subscription begins."""

    def find_checkout(self, ref: str) -> CardCheckout | None:
        """What became of such a page."""

    def end_checkout(self, ref: str) -> None:
        """Close such a page, so that nobody subscribes there any more. Raises CardRefused when it is done."""

    def portal_url(
        self, *, customer_ref: str, subscription_ref: str, part: PortalPart, return_url: str, language: str
    ) -> str:
        """The address of one of the provider's own pages for a customer, for a few minutes."""

    def find_subscription(self, ref: str) -> CardSubscription | None:
        """A subscription as it is now."""

    def all_subscriptions(self) -> Iterator[CardSubscription]:
        """Every subscription, ended ones too."""

    def preview_change(self, ref: str, *, price_key: str, at: datetime) -> ChangePreview:
        """What a change at a moment would cost."""

    def change_now(self, ref: str, *, price_key: str, at: datetime, key: str) -> CardSubscription:
        """Change the price and charge the difference. Without the money, nothing changes."""

    def change_later(self, ref: str, *, price_key: str, key: str) -> CardSubscription:
        """Change the price when the period ends."""

    def keep_price(self, ref: str, *, key: str) -> CardSubscription:
        """Undo what `change_later` planned."""

    def cancel_later(self, ref: str, *, key: str) -> CardSubscription:
        """End the subscription with its period."""

    def keep(self, ref: str, *, key: str) -> CardSubscription:
        """Undo what `cancel_later` planned."""

    def cancel_now(self, ref: str, *, key: str) -> CardSubscription:
        """End the subscription at once; nothing is given back by this."""

    def pause(self, ref: str, *, resumes_at: datetime, key: str) -> CardSubscription:
        """Collect nothing until a moment."""

    def resume(self, ref: str, *, key: str) -> CardSubscription:
        """Collect again."""

    def discount(self, ref: str, *, code: str, key: str) -> CardSubscription:
        """Apply a coupon of the catalogue; an empty code takes it away."""

    def report_use(self, *, event: str, customer_ref: str, value: int, identifier: str, at: datetime) -> None:
        """Add to a meter, once per identifier."""

    def find_invoice(self, ref: str) -> CardInvoice | None:
        """An invoice as it is now, with its payments, refunds and credit notes."""

    def invoices_since(self, moment: datetime) -> Iterator[CardInvoice]:
        """Every invoice that was begun since a moment, and older ones that are still open."""

    def pay_invoice(self, ref: str, *, key: str) -> CardInvoice:
        """Charge the card for an open invoice now."""

    def settle_invoice(self, ref: str, *, key: str) -> CardInvoice:
        """Tell the provider that an open invoice was paid to us by another way."""

    def refund(self, payment_ref: str, *, amount: int, currency: str, reference: str) -> CardRefund:
        """Send money back to the card. The reference, which is ours, is also the key."""

    def credit(
        self, invoice_ref: str, *, amount: int, currency: str, reason: str, reference: str
    ) -> CardCreditNote:
        """Lower an invoice by an amount with tax. On a paid one, the customer's next invoice is lower."""

    def invoice_of_charge(self, ref: str) -> str:
        """The ref of the invoice that a charge or a dispute of one is about; empty if there is none."""

    def read_notice(self, *, signature: str, body: bytes) -> CardNotice:
        """Verify and read a message. Raises InvalidSignature or InvalidNotice."""
