"""What core asks of a carrier or of an aggregator of carriers, in core's own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.kernel.money import Money


class ShipmentState(StrEnum):
    """Where a parcel is, whatever its carrier calls it."""

    BOOKED = "BOOKED"
    PICKUP_SCHEDULED = "PICKUP_SCHEDULED"
    PICKED_UP = "PICKED_UP"
    IN_TRANSIT = "IN_TRANSIT"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    DELIVERED = "DELIVERED"
    ON_HOLD = "ON_HOLD"
    DELIVERY_FAILED = "DELIVERY_FAILED"
    RETURNING = "RETURNING"
    RETURNED = "RETURNED"
    LOST_OR_DAMAGED = "LOST_OR_DAMAGED"
    CANCELLED = "CANCELLED"
    NO_COURIER = "NO_COURIER"


class CarrierUnavailable(Exception):
    """Timeout, 5xx or an unreadable answer. A booking may exist: ask `track` before booking again."""


class CarrierRefused(Exception):
    """The carrier understood and said no."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(f"{code}: {message}")


@dataclass(frozen=True, slots=True)
class Place:
    """One end of a journey."""

    name: str
    phone: str
    address: str
    district: str
    regency: str
    province: str
    postcode: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """One box. `worth` is its declared value, for insurance."""

    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int
    worth: Money


@dataclass(frozen=True, slots=True)
class Rate:
    """What one service of one courier costs, and how long it says it takes."""

    courier: str
    service: str
    fee: Money
    days_min: int
    days_max: int
    takes_cash: bool = False


@dataclass(frozen=True, slots=True)
class Booking:
    """A parcel that the carrier will move. The waybill number may follow later, empty until then."""

    carrier_reference: str
    waybill: str
    state: ShipmentState


@dataclass(frozen=True, slots=True)
class TrackingStep:
    """One thing that happened to a parcel."""

    state: ShipmentState
    note: str
    happened_at: datetime


class Carrier(Protocol):
    """Talks HTTP and nothing else: no ORM, no settings, no memory between calls.

    None of these may be called while a database transaction holds locks. All raise
    CarrierUnavailable when the outcome is unknown and CarrierRefused when the carrier said no.
    """

    name: str

    def rates(
        self, *, origin: Place, destination: Place, parcels: Sequence[Parcel], couriers: Sequence[str]
    ) -> Sequence[Rate]:
        """Ask what the journey costs. Books nothing; an empty answer means nobody goes there."""

    def book(
        self,
        *,
        reference: str,
        rate: Rate,
        origin: Place,
        destination: Place,
        parcels: Sequence[Parcel],
        cash_to_collect: Money | None,
    ) -> Booking:
        """Order the journey. Same reference, same booking; may not choose another service."""

    def cancel(self, *, carrier_reference: str, reason: str) -> None:
        """Call a booking off; harmless when it is off already. May not recall a parcel on its way."""

    def label(self, *, carrier_reference: str) -> bytes | None:
        """The carrier's own label as a PDF; None if the house has to draw it."""

    def track(self, *, carrier_reference: str) -> Sequence[TrackingStep]:
        """Everything that happened so far, oldest first. May not change anything."""
