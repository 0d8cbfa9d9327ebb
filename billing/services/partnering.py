"""Partners: who applies, whom we take, and which store came through whose link."""

import secrets
import uuid
from datetime import datetime
from typing import Final

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from billing.models import BuyerDetails, Partner, PartnerState, Payout, PayoutState, Referral
from core.kernel.errors import NotFound
from core.payments import selectors as payments
from tenants import acts, context
from tenants.errors import CommerceError
from tenants.models import Membership, Role, Store, StoreState, User
from tenants.permissions import Actor

SAME_PERSON, SAME_DOMAIN, SAME_ACCOUNT, SAME_NPWP = "SAME_PERSON", "SAME_DOMAIN", "SAME_ACCOUNT", "SAME_NPWP"
# Everybody has an address there: it says nothing of who belongs together.
FREE_MAIL: Final = frozenset(
    {
        *("gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.id", "ymail.com", "rocketmail.com"),
        *("outlook.com", "hotmail.com", "live.com", "msn.com", "icloud.com", "me.com", "mac.com"),
        *("proton.me", "protonmail.com", "aol.com", "gmx.com", "zoho.com", "mail.com", "yandex.com"),
    }
)
_ROOMS: Final = (StoreState.ACTIVE, StoreState.SUSPENDED, StoreState.LEAVING)


class PartnerRefused(CommerceError):
    """An application that was made already, or a step that does not come next."""

    code = "partner_refused"
    http_status = 422


def apply(
    *, user: User, name: str, npwp: str, bank: str, account_number: str, now: datetime
) -> tuple[Partner, bool]:
    """Ask to become a partner. A second click finds the first application.

    Returns  the partner, and whether it is new
    """
    told = {"name": name, "npwp": npwp, "bank": bank, "account_number": account_number}
    with transaction.atomic():
        partner, is_new = Partner.objects.get_or_create(
            user=user, defaults={**told, "account_name": name, "code": _new_code(name), "created_at": now}
        )
        if is_new:
            actor = Actor("MEMBER", str(user.uid), user.display_name)
            acts.note(actor=actor, action="partner.applied", store=None, subject_id=partner.code)
    return partner, is_new


def _new_code(name: str) -> str:
    return f"{slugify(name)[:20].strip('-') or 'mitra'}-{secrets.token_hex(3)}"


def move(*, uid: uuid.UUID, state: str, reason: str, actor: Actor) -> Partner:
    """Take somebody as a partner, or end it: then nothing new is earned. Raises NotFound, PartnerRefused."""
    with transaction.atomic():
        partner = Partner.objects.select_for_update().filter(uid=uid).first()
        if partner is None:
            raise NotFound(_("There is no such partner."))
        if partner.state == state or state not in (PartnerState.ACTIVE, PartnerState.ENDED):
            raise PartnerRefused(_("The partner is there already."))
        before, partner.state = partner.state, state
        partner.save(update_fields=["state"])
        acts.note(
            actor=actor,
            action="partner.moved",
            store=None,
            subject_id=partner.code,
            reason=reason,
            changes={"state": [before, state]},
        )
    return partner


def came(*, user: User, store: Store, code: str) -> Referral | None:
    """Note that a new store came through a partner's link, and whether it is the partner's own."""
    if not code:
        return None
    partner = Partner.objects.filter(code=code[:30], state=PartnerState.ACTIVE).first()
    if partner is None:
        return None
    found, _made = Referral.objects.get_or_create(
        store=store,
        defaults={"partner": partner, "held_for": SAME_PERSON if partner.user_id == user.pk else ""},
    )
    return found


def why_held(partner: Partner, store: Store) -> str:
    """Why nothing is paid on a store: it looks like the partner's own. Empty where it does not."""
    owners = Membership.objects.filter(store_id=store.pk, role=Role.OWNER).values_list("user_id", flat=True)
    if partner.user_id in owners:
        return SAME_PERSON
    theirs = _domains(set(owners))
    if theirs & _domains({partner.user_id}):
        return SAME_DOMAIN
    if partner.npwp and BuyerDetails.objects.filter(store_id=store.pk, npwp=partner.npwp).exists():
        return SAME_NPWP
    if partner.account_number and partner.account_number in _accounts(store):
        return SAME_ACCOUNT
    return ""


def _domains(users: set[int]) -> set[str]:
    """Domains of companies in which these people have a confirmed address."""
    rows = EmailAddress.objects.filter(user_id__in=users, verified=True).values_list("email", flat=True)
    return {address.rpartition("@")[2].lower() for address in rows} - FREE_MAIL


def _accounts(store: Store) -> set[str]:
    if store.state not in _ROOMS:
        return set()
    with context.in_store(store):
        numbers = list(payments.bank_accounts().values_list("number", flat=True))
    return {"".join(sign for sign in number if sign.isdigit()) for number in numbers}


@transaction.atomic
def mark_paid(*, uid: uuid.UUID, reason: str, actor: Actor, now: datetime) -> Payout:
    """Write down that a payout was sent. Once. Raises NotFound, PartnerRefused."""
    payout = Payout.objects.select_for_update().filter(uid=uid).first()
    if payout is None:
        raise NotFound(_("There is no such payout."))
    if payout.state == PayoutState.PAID:
        raise PartnerRefused(_("This was paid already."))
    payout.state, payout.paid_at = PayoutState.PAID, now
    payout.save(update_fields=["state", "paid_at"])
    acts.note(
        actor=actor,
        action="payout.paid",
        store=None,
        subject_id=str(payout.uid),
        reason=reason,
        changes={"amount": payout.amount, "currency": payout.currency},
    )
    return payout
