"""The questions about stock: `from core.inventory import selectors`, `selectors.available_to_sell(...)`."""

from core.inventory.selectors.history import (
    DayCount,
    drift,
    movements,
    on_hand_by_day,
    stock_at,
    totals_at,
    whole_stock_at,
)
from core.inventory.selectors.levels import (
    StockLevel,
    StockRow,
    VariantStock,
    low_count,
    stock_of,
    stock_row,
    stock_table,
)
from core.inventory.selectors.places import (
    FreeStock,
    available_to_sell,
    default_location,
    free_stock,
    location,
    locations,
    locations_used,
    place_rows,
)
from core.inventory.selectors.waiting import (
    allocations,
    outstanding_units,
    reservations,
    transfer,
    transfers,
)

__all__ = [
    "DayCount",
    "FreeStock",
    "StockLevel",
    "StockRow",
    "VariantStock",
    "allocations",
    "available_to_sell",
    "default_location",
    "drift",
    "free_stock",
    "location",
    "locations",
    "locations_used",
    "low_count",
    "movements",
    "on_hand_by_day",
    "outstanding_units",
    "place_rows",
    "reservations",
    "stock_at",
    "stock_of",
    "stock_row",
    "stock_table",
    "totals_at",
    "transfer",
    "transfers",
    "whole_stock_at",
]
