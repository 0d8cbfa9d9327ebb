"""Write customers: found again or made at checkout, edited by members."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from core import events
from core.customers.models import Address, Customer
from core.kernel import audit, ids, outbox, phones
from core.kernel.errors import CommerceError, InvalidInput, NotFound
from tenants.permissions import Actor

EDITABLE = ("name", "email", "phone", "note", "tags", "language", "accepts_marketing")
LONGEST_TAG = 40
MOST_TAGS = 20


class CustomerExists(CommerceError):
    """Another customer of this store already has this phone number."""

    code = "customer_exists"
    http_status = 409

    def __init__(self) -> None:
        super().__init__(_("Another customer already has this phone number or e-mail address."))


def lock_customer(public_id: str) -> Customer:
    """The customer, locked until the caller commits. Raises NotFound."""
    customer = Customer.objects.select_for_update().filter(public_id=public_id).first()
    if customer is None:
        raise NotFound(_("There is no such customer."))
    return customer


def upsert_from_order(
    *, name: str, email: str = "", phone: str = "", language: str = "id", actor: Actor
) -> Customer:
    """Find the customer by phone, else by e-mail, or make one.

    phone    E.164; the same number is the same customer, whatever name was typed
    Returns  the customer; a known one keeps its name and gains what was missing
    Raises   InvalidInput with neither phone nor e-mail
    Records  CustomerChanged when one was made
    """
    if not phone and not email:
        raise InvalidInput(_("Give a phone number or an e-mail address."), "phone")
    known = _known(email, phone)
    if known is not None:
        return _completed(known, email)
    try:
        with transaction.atomic():
            customer = Customer.objects.create(
                public_id=ids.new_id("cus"), name=name, email=email, phone=phone, language=language
            )
            audit.write(
                actor=actor, action="customer.created", subject="customer", subject_id=customer.public_id
            )
            outbox.record(events.CustomerChanged(customer_id=customer.pk))
    except IntegrityError:
        # Somebody with the same number was faster.
        return Customer.objects.get(Q(phone=phone) if phone else Q(email=email, phone=""))
    return customer


def _known(email: str, phone: str) -> Customer | None:
    if phone:
        return Customer.objects.filter(phone=phone).first()
    return Customer.objects.filter(email__iexact=email).order_by("phone", "pk").first()


def _completed(customer: Customer, email: str) -> Customer:
    if email and not customer.email:
        customer.email = email
        customer.save(update_fields=["email"])
    return customer


def hold(*, customer_id: int) -> None:
    """Lock a customer's row until the caller commits.

    For who will count money later in the same transaction and takes stock first: purchases take the
    customer, then the stock, and so does everybody else.
    """
    Customer.objects.select_for_update(no_key=True).filter(pk=customer_id).values_list("pk").first()


def note_order(*, customer_id: int, at: datetime) -> None:
    """Count one more order of a customer. orders.create calls it; nobody else needs to.

    Locks    the customer
    """
    Customer.objects.filter(pk=customer_id).update(
        order_count=F("order_count") + 1, last_order_at=Greatest(F("last_order_at"), at)
    )


def note_spent(*, customer_id: int, amount: int) -> None:
    """Add paid money to what a customer has spent; a negative amount is money that went back."""
    Customer.objects.filter(pk=customer_id).update(spent_amount=F("spent_amount") + amount)


def remember_address(*, customer_id: int, address: Mapping[str, str], now: datetime) -> None:
    """Keep where a customer's order goes, once per place.

    address   the columns of Address, without its ids
    """
    place = ("recipient_name", "address_line", "region_code")
    used = Address(customer_id=customer_id, public_id=ids.new_id("adr"), last_used_at=now, **address)
    Address.objects.bulk_create(
        [used],
        update_conflicts=True,
        unique_fields=["customer", *place],
        update_fields=[*(name for name in address if name not in place), "last_used_at"],
    )


@transaction.atomic
def edit_customer(*, public_id: str, changes: Mapping[str, Any], actor: Actor) -> Customer:
    """Change some of a customer's fields.

    changes  any of EDITABLE
    Raises   NotFound, InvalidInput, InvalidPhone, CustomerExists
    Locks    the customer
    Records  CustomerChanged
    """
    customer = lock_customer(public_id)
    if not changes:
        return customer
    before = {field: getattr(customer, field) for field in changes}
    for field, value in changes.items():
        setattr(customer, field, _cleaned(field, value))
    if not customer.phone and not customer.email:
        raise InvalidInput(_("Give a phone number or an e-mail address."), "phone")
    try:
        with transaction.atomic():
            customer.save(update_fields=list(changes))
    except IntegrityError as clash:
        raise CustomerExists from clash
    changed = {
        field: [old, getattr(customer, field)]
        for field, old in before.items()
        if getattr(customer, field) != old
    }
    audit.write(
        actor=actor,
        action="customer.edited",
        subject="customer",
        subject_id=public_id,
        changes=changed,
    )
    outbox.record(events.CustomerChanged(customer_id=customer.pk))
    return customer


def _cleaned(field: str, value: Any) -> Any:
    if field not in EDITABLE:
        raise InvalidInput(_("This cannot be changed."), field)
    if field == "phone" and value:
        return phones.normalise(value)
    if field == "tags":
        return _tags(value)
    if field == "email" and value:
        return _mail(value)
    if field == "name" and not value.strip():
        raise InvalidInput(_("Write a name."), "name")
    return value


def _mail(address: str) -> str:
    try:
        validate_email(address)
    except ValidationError as wrong:
        raise InvalidInput(_("This e-mail address is not complete."), "email") from wrong
    return address


def _tags(tags: Sequence[str]) -> list[str]:
    clean = list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    if len(clean) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in clean):
        raise InvalidInput(_("Use at most 20 tags of at most 40 characters."), "tags")
    return clean
