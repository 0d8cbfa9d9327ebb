"""Becoming a seller: an account and a store in one step, without waiting for the store to be built."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tenants import provisioning
from tenants.errors import CommerceError, broken_rule
from tenants.models import Membership, Store, StoreState, User


class EmailTaken(CommerceError):
    code = "email_taken"

    def __init__(self) -> None:
        super().__init__(_("This e-mail address already has an account. Log in to open another store."))


def sign_up(*, email: str, password: str, store_name: str, slug: str, language: str) -> tuple[User, Store]:
    """Make the account and register its first store, or nothing.

    Raises   EmailTaken, and what provisioning.open_store raises
    """
    user = User(email=email.strip().lower(), language=language)
    # Hashing takes longer than all the rest: no transaction waits meanwhile.
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
            store = provisioning.open_store(owner=user, name=store_name, slug=slug, language=language)
    except IntegrityError as clash:
        if broken_rule(clash) != "user_one_email":
            raise
        raise EmailTaken from clash
    return user, store


def edit_account(user: User, *, name: str, language: str) -> None:
    """Change how a person is called, and the language of mails to them."""
    user.name, user.language = name.strip(), language
    user.save(update_fields=["name", "language"])


def stores_of(user: User) -> list[Membership]:
    """The stores a person works in, by name, with their role."""
    return list(
        Membership.objects.select_related("store")
        .filter(user_id=user.pk)
        .exclude(store__state=StoreState.CLOSED)
        .order_by("store__name", "pk")
    )


def membership_of(user: User, slug: str) -> Membership | None:
    """What this person is in a store; None where they are nothing, whether it exists or not."""
    rows = Membership.objects.select_related("store", "user")
    return rows.filter(user_id=user.pk, store__slug=slug).first()


def store_of(user: User, slug: str) -> Store | None:
    """A store this person is a member of; None for any other, whether it exists or not."""
    membership = Membership.objects.select_related("store").filter(user_id=user.pk, store__slug=slug).first()
    return membership.store if membership else None
