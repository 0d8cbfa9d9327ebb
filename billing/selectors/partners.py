"""Partners, what they brought and earned: for themselves, and for our staff."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum

from billing.models import (
    PAYING,
    CommissionEntry,
    CommissionTier,
    Partner,
    PartnerState,
    Payout,
    Provider,
    Referral,
)
from core.kernel.money import Money
from tenants.models import User


@dataclass(frozen=True, slots=True)
class Brought:
    """A store that came through a link: never who buys there."""

    name: str
    came_at: datetime
    is_paying: bool
    held_for: str
    earned: tuple[Money, ...]


def partner_of(user: User) -> Partner | None:
    """This person as a partner."""
    return Partner.objects.filter(user=user).first()


def is_code(code: str) -> bool:
    """Whether a link leads to somebody who is a partner."""
    return Partner.objects.filter(code=code[:30], state=PartnerState.ACTIVE).exists()


def brought_by(partner: Partner, most: int = 200) -> list[Brought]:
    """The stores that came through a partner, newest first. Two queries."""
    rows = Referral.objects.select_related("store", "store__subscription").filter(partner=partner)
    sums: dict[int, list[Money]] = {}
    earned = CommissionEntry.objects.filter(partner=partner).order_by()
    for store_id, currency, amount in earned.values_list("store_id", "currency").annotate(sum=Sum("amount")):
        sums.setdefault(store_id, []).append(Money(amount, currency))
    return [
        Brought(
            row.store.name,
            row.created_at,
            _pays(row),
            row.held_for,
            tuple(sums.get(row.store_id, ())),
        )
        for row in rows.order_by("-pk")[:most]
    ]


def _pays(row: Referral) -> bool:
    found = getattr(row.store, "subscription", None)
    return found is not None and found.state in PAYING and found.provider != Provider.NONE


def open_sums(partner: Partner) -> list[Money]:
    """What was earned that stands on no statement yet."""
    rows = CommissionEntry.objects.filter(partner=partner, payout__isnull=True).order_by()
    return [
        Money(amount, currency)
        for currency, amount in rows.values_list("currency").annotate(sum=Sum("amount"))
    ]


def payouts_of(partner: Partner, most: int = 36) -> list[Payout]:
    """A partner's statements, newest first."""
    return list(partner.payouts.order_by("-month", "currency")[:most])


def payout_of(partner: Partner | None, uid: uuid.UUID) -> Payout | None:
    """One statement of a partner; None for anybody else's."""
    return Payout.objects.filter(partner=partner, uid=uid).first() if partner else None


def statement_rows(payout: Payout) -> Iterator[list[str | int]]:
    """A statement, entry by entry."""
    rows = payout.entries.select_related("store").order_by("pk")
    for entry in rows:
        yield [
            f"{entry.at:%Y-%m-%d}",
            entry.store.name,
            entry.source_ref.partition("#")[0],
            entry.kind,
            entry.currency,
            entry.basis_amount,
            f"{entry.basis_points // 100}.{entry.basis_points % 100:02d}",
            entry.amount,
        ]


def tiers() -> list[CommissionTier]:
    """The shares, smallest first."""
    return list(CommissionTier.objects.order_by("from_stores"))


def partner_list(most: int = 200) -> list[Partner]:
    """Partners for the staff: who waits first, then the newest; with how many stores they brought."""
    rows = Partner.objects.select_related("user").annotate(
        brought=Count("referrals"), held=Count("referrals", filter=~Q(referrals__held_for=""))
    )
    waits_first = {PartnerState.APPLIED: 0, PartnerState.ACTIVE: 1, PartnerState.ENDED: 2}
    return sorted(rows.order_by("-pk")[:most], key=lambda row: waits_first[PartnerState(row.state)])


def payout_list(*, is_open: bool, most: int = 200) -> list[Payout]:
    """Statements for the staff: those to be paid, oldest first, or those that were, newest first."""
    rows = Payout.objects.select_related("partner")
    if is_open:
        return list(rows.filter(state="OPEN").order_by("month", "pk")[:most])
    return list(rows.filter(state="PAID").order_by("-paid_at")[:most])


def payout_rows() -> Iterator[list[str | int]]:
    """What finance sends to banks: every open payout with where it goes."""
    for row in payout_list(is_open=True, most=5_000):
        who = row.partner
        yield [
            str(row.uid),
            f"{row.month:%Y-%m}",
            who.code,
            who.name,
            who.npwp,
            who.bank,
            who.account_number,
            who.account_name,
            row.currency,
            row.amount,
        ]


def held(most: int = 50) -> list[Referral]:
    """Stores on which nothing is paid, newest first."""
    return list(
        Referral.objects.select_related("store", "partner").exclude(held_for="").order_by("-pk")[:most]
    )
