"""A fake Midtrans: Snap pages, the Core API's status, cancel, expire and refund, and signed notifications."""

from tests.fakes.midtrans.provider import FakeMidtrans

__all__ = ["FakeMidtrans"]
