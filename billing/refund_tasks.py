"""Approved refunds whose duty gave up are taken up again."""

from billing.services import refunding
from tenants.routines import every


@every(hours=6, of_platform=True)
def send_waiting_refunds() -> None:
    """Tell the card's provider what it was not told yet."""
    refunding.take_up_waiting()
