"""A fake Stripe: its API as version 2026-10-28.endive speaks it, its pages, a clock to be turned."""

from tests.fakes.stripe.provider import FakeStripe

__all__ = ["FakeStripe"]
