"""What the books of a warehouse must say after each act."""

from dataclasses import dataclass, field


class Refused(Exception):
    """The product must refuse this, with an error of this name."""


@dataclass
class Shelf:
    """One SKU in one place."""

    on_hand: int = 0
    allocated: int = 0
    reserved: int = 0
    safety: int = 0

    @property
    def available(self) -> int:
        return max(self.on_hand - self.allocated - self.reserved - self.safety, 0)


@dataclass
class Transfer:
    source: int
    target: int
    lines: dict[str, list[int]]
    state: str = "DRAFT"


@dataclass
class Warehouse:
    """Counts, the movements that explain them, what is put aside, and what is under way."""

    stock: dict[tuple[str, int], Shelf] = field(default_factory=dict)
    movements: dict[tuple[str, int], list[tuple[str, int]]] = field(default_factory=dict)
    holds: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)

    def shelf(self, sku: str, place: int) -> Shelf:
        return self.stock.setdefault((sku, place), Shelf())

    def move(self, sku: str, place: int, kind: str, by: int) -> None:
        """Change a count, unless less would be left than is promised."""
        shelf = self.shelf(sku, place)
        if shelf.on_hand + by < shelf.allocated + shelf.reserved:
            raise Refused("InsufficientStock")
        shelf.on_hand += by
        self.movements.setdefault((sku, place), []).append((kind, by))

    def count(self, sku: str, place: int, counted: int) -> None:
        by = counted - self.shelf(sku, place).on_hand
        if by:
            self.move(sku, place, "COUNTED", by)

    def demand(self, wanted: dict[str, int], place: int) -> None:
        for sku, units in wanted.items():
            if units > self.shelf(sku, place).available:
                raise Refused("InsufficientStock")

    def reserve(self, reference: str, wanted: dict[str, int], place: int) -> None:
        if any(held == reference for held, _ in self.holds):
            return
        self.demand(wanted, place)
        for sku, units in wanted.items():
            self.shelf(sku, place).reserved += units
            self.holds[reference, sku] = (place, units)

    def unreserve(self, reference: str) -> None:
        for held, sku in [key for key in self.holds if key[0] == reference]:
            place, units = self.holds.pop((held, sku))
            self.shelf(sku, place).reserved -= units

    # Transfers between locations

    def send_transfer(self, number: str) -> None:
        told = self.transfers[number]
        if told.state != "DRAFT":
            raise Refused("TransferMoveRefused")
        self.demand({sku: units for sku, (units, _) in told.lines.items()}, told.source)
        for sku, (units, _) in told.lines.items():
            self.move(sku, told.source, "SENT", -units)
        told.state = "IN_TRANSIT"

    def receive_transfer(self, number: str, arrived: dict[str, int], is_complete: bool) -> None:
        told = self.transfers[number]
        if told.state != "IN_TRANSIT":
            raise Refused("TransferMoveRefused")
        for sku, units in arrived.items():
            if units:
                self.move(sku, told.target, "ARRIVED", units)
                told.lines[sku][1] += units
        if is_complete or all(there >= units for units, there in told.lines.values()):
            told.state = "RECEIVED"

    def cancel_transfer(self, number: str) -> None:
        if self.transfers[number].state != "DRAFT":
            raise Refused("TransferMoveRefused")
        self.transfers[number].state = "CANCELLED"
