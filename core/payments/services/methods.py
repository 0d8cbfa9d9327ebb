"""How a store may be paid: which ways, with whose keys, into which accounts."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.kernel import audit, sealing
from core.kernel.errors import CommerceError, InvalidInput, NotFound
from core.kernel.ids import new_id
from core.payments import registry
from core.payments.models import BankAccount, MethodCode, PaymentMethod
from core.payments.ports import GatewayRefused, GatewayUnavailable, Refusal
from core.payments.services import connections
from tenants.permissions import Actor

EDITABLE = ("is_enabled", "title", "instructions", "position")
MOST_ACCOUNTS = 10


class MethodIncomplete(CommerceError):
    """The way to pay cannot be offered before it is set up."""

    code = "payment_method_incomplete"
    http_status = 409


def _lock_method(code: str) -> PaymentMethod:
    method = PaymentMethod.objects.select_for_update().filter(code=code).first()
    if method is None:
        raise NotFound(_("There is no such payment method."))
    return method


@transaction.atomic
def edit_method(*, code: str, changes: Mapping[str, Any], actor: Actor) -> PaymentMethod:
    """Offer a way to pay or stop offering it, and say how it is called.

    changes  any of EDITABLE
    Raises   NotFound, MethodIncomplete without an account or keys
    Locks    the method
    """
    method = _lock_method(code)
    before = {field: getattr(method, field) for field in changes}
    if unknown := set(changes) - set(EDITABLE):
        raise InvalidInput(_("This cannot be changed."), sorted(unknown)[0])
    for field, value in changes.items():
        setattr(method, field, value)
    if method.is_enabled:
        _check_complete(method)
    method.save(update_fields=list(changes))
    _note(actor, "payment_method.edited", method, {f: [v, changes[f]] for f, v in before.items()})
    return method


def _check_complete(method: PaymentMethod) -> None:
    if method.code == MethodCode.MANUAL_TRANSFER and not BankAccount.objects.exists():
        raise MethodIncomplete(_("Add a bank account first."))
    if method.code in connections.GATEWAY_OF and not method.credentials:
        raise MethodIncomplete(_("Enter the keys of your account first."))


def _note(actor: Actor, action: str, method: PaymentMethod, changes: Mapping[str, Any]) -> None:
    audit.write(actor=actor, action=action, subject="payment_method", subject_id=method.code, changes=changes)


def connect_gateway(
    *, code: str, credentials: Mapping[str, str], is_live: bool, actor: Actor
) -> PaymentMethod:
    """Keep the keys of the store's account at a gateway, after trying them. Call it outside a transaction.

    credentials  as the registry asks for them
    Raises       NotFound, InvalidInput for keys that the gateway does not know, GatewayDown
    """
    if code not in connections.GATEWAY_OF:
        raise NotFound(_("There is no such payment method."))
    asked = registry.GATEWAYS[connections.GATEWAY_OF[code]]
    kept = {key: credentials.get(key, "").strip() for key in (*asked.required, *asked.optional)}
    for key in asked.required:
        if not kept[key]:
            raise InvalidInput(_("Enter the key."), key)
    _try(code, kept, asked.required[0], is_live=is_live)
    return _keep_credentials(code, kept, is_live=is_live, actor=actor)


def _try(code: str, credentials: Mapping[str, str], field: str, *, is_live: bool) -> None:
    try:
        connections.connect(code, credentials, is_live=is_live).find(reference=new_id("check"))
    except GatewayUnavailable as silent:
        raise connections.GatewayDown from silent
    except GatewayRefused as refused:
        if refused.code == Refusal.UNAUTHORISED:
            raise InvalidInput(_("The payment provider does not accept this key."), field) from refused


@transaction.atomic
def _keep_credentials(
    code: str, credentials: Mapping[str, str], *, is_live: bool, actor: Actor
) -> PaymentMethod:
    method = _lock_method(code)
    method.credentials = sealing.seal(dict(credentials), place=method.place)
    method.is_live, method.is_enabled = is_live, True
    method.save(update_fields=["credentials", "is_live", "is_enabled"])
    _note(actor, "payment_method.connected", method, {"is_live": is_live})
    return method


def check_connection(*, code: str) -> None:
    """Ask the gateway whether it still accepts the keys that are kept. Call it outside a transaction.

    Raises   NotFound, MethodUnavailable without keys, InvalidInput when they are refused, GatewayDown
    """
    method = PaymentMethod.objects.filter(code=code).first()
    if method is None:
        raise NotFound(_("There is no such payment method."))
    try:
        connections.gateway_of(method).find(reference=new_id("check"))
    except GatewayUnavailable as silent:
        raise connections.GatewayDown from silent
    except GatewayRefused as refused:
        if refused.code == Refusal.UNAUTHORISED:
            raise InvalidInput(_("The payment provider does not accept this key."), "server_key") from refused


@transaction.atomic
def order_methods(*, codes: Sequence[str], actor: Actor) -> list[PaymentMethod]:
    """Offer the ways to pay in this order; those that are not named come after, as they stood.

    Locks    all methods in primary-key order
    """
    rows = list(PaymentMethod.objects.select_for_update().order_by("pk"))
    rank = {code: number for number, code in enumerate(codes)}
    rows.sort(key=lambda row: (rank.get(row.code, len(rank)), row.position, row.pk))
    for position, row in enumerate(rows):
        row.position = position
    PaymentMethod.objects.bulk_update(rows, ["position"])
    audit.write(
        actor=actor,
        action="payment_methods.ordered",
        subject="payment_method",
        subject_id="",
        changes={"order": [row.code for row in rows]},
    )
    return rows


@transaction.atomic
def disconnect_gateway(*, code: str, actor: Actor) -> PaymentMethod:
    """Forget the keys and stop offering the way to pay. Payments under way can no longer be looked up.

    Locks    the method
    """
    method = _lock_method(code)
    method.credentials, method.is_enabled = "", False
    method.save(update_fields=["credentials", "is_enabled"])
    _note(actor, "payment_method.disconnected", method, {})
    return method


@transaction.atomic
def add_bank_account(*, bank: str, number: str, holder: str, actor: Actor) -> BankAccount:
    """Add an account that shoppers may transfer to.

    Raises   InvalidInput for a number that is none, or is there already
    """
    digits = "".join(sign for sign in number if sign.isalnum())
    if not digits.isdigit() or not 6 <= len(digits) <= 20:
        raise InvalidInput(_("An account number has 6 to 20 digits."), "number")
    if BankAccount.objects.count() >= MOST_ACCOUNTS:
        raise InvalidInput(_("Ten accounts are the most."), "bank")
    try:
        with transaction.atomic():
            account = BankAccount.objects.create(
                public_id=new_id("bnk"), bank=bank.strip(), number=digits, holder=holder.strip()
            )
    except IntegrityError as clash:
        raise InvalidInput(_("This account is already in the list."), "number") from clash
    _note_account(actor, "bank_account.added", account)
    return account


@transaction.atomic
def remove_bank_account(*, public_id: str, actor: Actor) -> None:
    """Take an account away; without a last one, transfers are no longer offered.

    Raises   NotFound
    Locks    the method, so that two members never take the last two accounts away at once
    """
    transfers = _lock_method(MethodCode.MANUAL_TRANSFER)
    account = BankAccount.objects.filter(public_id=public_id).first()
    if account is None:
        raise NotFound(_("There is no such account."))
    _note_account(actor, "bank_account.removed", account)
    account.delete()
    if transfers.is_enabled and not BankAccount.objects.exists():
        transfers.is_enabled = False
        transfers.save(update_fields=["is_enabled"])
        _note(actor, "payment_method.edited", transfers, {"is_enabled": [True, False]})


def _note_account(actor: Actor, action: str, account: BankAccount) -> None:
    audit.write(
        actor=actor,
        action=action,
        subject="bank_account",
        subject_id=account.public_id,
        changes={"bank": account.bank, "number": account.number, "holder": account.holder},
    )
