"""The plans we start with: data that `setup` loads once, after which the table is the truth."""

from dataclasses import dataclass

GIB = 1024**3
TRIAL_PLAN = "professional"
TRIAL_DAYS = 14
# The most that staff may add to a trial at a time.
LONGEST_EXTENSION_DAYS = 90


@dataclass(frozen=True, slots=True)
class PlanSeed:
    """A plan's first version. Prices for one month: US cents and whole rupiah. None is unlimited."""

    code: str
    name: str
    month_usd_amount: int
    month_idr_amount: int
    entitlements: dict[str, int | None]


PLANS = (
    PlanSeed("basic", "Basic", 2_900, 459_000, {"products": 1_000, "channels": 2, "storage_bytes": 5 * GIB}),
    PlanSeed(
        "professional",
        "Professional",
        7_900,
        1_249_000,
        {"products": 10_000, "channels": None, "storage_bytes": 50 * GIB},
    ),
    PlanSeed(
        "enterprise",
        "Enterprise",
        19_900,
        3_149_000,
        {"products": None, "channels": None, "storage_bytes": 500 * GIB},
    ),
)
