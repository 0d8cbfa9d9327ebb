"""What both stores sell, and goods that only ever move from place to place: every reader sees them all."""

SOLD = ("GAYO", "TORAJA")
GOLD, GOLD_UNITS = "EMAS", 100
