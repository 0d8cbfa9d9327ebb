"""What a person saves with one press: a product and its only variant, first photos, many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack

from django.db import transaction

from core.catalog.models import Product
from core.catalog.services.media import Upload, keep_photo, read_photo
from core.catalog.services.products import (
    NewProduct,
    StaleEdit,
    create_product,
    lock_product,
    set_status,
    update_product,
)
from core.catalog.services.variants import edit_variants
from core.kernel.errors import CommerceError
from tenants.permissions import Actor


@dataclass(frozen=True, slots=True)
class Refused:
    """A row of a bulk action that stayed as it was, and why."""

    public_id: str
    title: str
    reason: str


def create_with_photos(
    *, title: str, photos: Sequence[Upload], actor: Actor, **whole: Unpack[NewProduct]
) -> Product:
    """Make a product from photos: all of it, or nothing when a photo is refused.

    Raises    as `create_product` and `add_media`; nothing is made then
    Records   ProductChanged, and MediaUploaded per photo
    """
    read = [read_photo(photo) for photo in photos]
    with transaction.atomic():
        product = create_product(title=title, actor=actor, **whole)
        for photo in read:
            keep_photo(product_id=product.pk, photo=photo, actor=actor)
    return product


@transaction.atomic
def save_product(
    *,
    product_id: int,
    changes: Mapping[str, Any],
    row: Mapping[str, Any],
    actor: Actor,
    seen_at: datetime | None = None,
) -> Product:
    """Save what the product's page shows.

    changes   as in `update_product`
    row       cells of its only variant; ignored when it comes in options
    seen_at   `updated_at` of the product that the person was looking at
    Raises    StaleEdit, RowsRefused and what `update_product` raises; nothing is saved then
    """
    product = lock_product(product_id)
    if seen_at is not None and seen_at != product.updated_at:
        raise StaleEdit
    live = list(product.variants.filter(retired_at=None)[:2])
    if row and len(live) == 1:
        edit_variants(product_id=product_id, edits={live[0].public_id: row}, actor=actor)
    return update_product(product_id=product_id, changes=changes, actor=actor)


def set_status_of_many(*, product_ids: Sequence[int], status: str, actor: Actor) -> list[Refused]:
    """Publish, unpublish or archive many, each on its own. Returns those that were refused."""
    refused = []
    for product in Product.objects.filter(pk__in=product_ids).order_by("pk").only("public_id", "title"):
        try:
            set_status(product_id=product.pk, status=status, actor=actor)
        except CommerceError as refusal:
            refused.append(Refused(product.public_id, product.title, refusal.message))
    return refused
