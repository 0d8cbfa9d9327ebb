"""`manage.py sync_stripe`: tell Stripe what is for sale, after every change of plans, coupons or taxes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing import clock
from billing.ports import CardRefused, CardUnavailable
from billing.registry import takes_cards
from billing.services import catalogue


class Command(BaseCommand):
    help = "Make what Stripe lacks of our plans, prices, coupons and taxes, and correct what differs."

    def handle(self, **options: Any) -> None:
        """One line per thing; changes nothing the second time."""
        if not takes_cards():
            self.stdout.write("No STRIPE_SECRET_KEY: no cards are taken.")
            return
        try:
            parts = catalogue.sync_catalogue(clock.now())
        except (CardUnavailable, CardRefused) as trouble:
            raise CommandError(f"Stripe: {trouble}") from trouble
        for part in parts:
            self.stdout.write(f"{part.kind} {part.key}: {part.ref}{' (new)' if part.is_new else ''}")
