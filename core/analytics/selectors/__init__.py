"""What the front page and the palette ask: `from core.analytics import selectors`."""

from core.analytics.selectors.finding import Hit, HitGroup, found
from core.analytics.selectors.opening import Step, opening_steps
from core.analytics.selectors.sales import (
    CHART_DAYS,
    Comparison,
    Day,
    Figures,
    Profit,
    Summary,
    daily_sales,
    profit_today,
    summary,
)
from core.analytics.selectors.todos import Todo, todos

__all__ = [
    "CHART_DAYS",
    "Comparison",
    "Day",
    "Figures",
    "Hit",
    "HitGroup",
    "Profit",
    "Step",
    "Summary",
    "Todo",
    "daily_sales",
    "found",
    "opening_steps",
    "profit_today",
    "summary",
    "todos",
]
