"""Variants: many cells of the grid at once, all or none."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import events
from core.catalog.models import Media, Product, ProductStatus, Variant
from core.catalog.services import naming, rows
from core.catalog.services.cards import refresh_card
from core.catalog.services.products import NotReadyToSell, lock_product
from core.kernel import audit, outbox
from core.kernel.errors import CommerceError, InvalidInput
from tenants.permissions import Actor


class RowsRefused(CommerceError):
    """Some cells are wrong, so none was saved. `errors` is variant public id -> field -> message."""

    code = "rows_refused"
    http_status = 422

    def __init__(self, errors: Mapping[str, Mapping[str, str]]) -> None:
        self.errors = errors
        self.wrong = [
            {"field": f"{public_id}.{field}", "message": message}
            for public_id, fields in errors.items()
            for field, message in fields.items()
        ]
        wrong_id, fields = next(iter(errors.items()))
        self.field = f"{wrong_id}.{next(iter(fields))}"
        super().__init__(next(iter(fields.values())))


@transaction.atomic
def edit_variants(*, product_id: int, edits: Mapping[str, Mapping[str, Any]], actor: Actor) -> list[Variant]:
    """Save cells of the grid.

    edits     variant public id -> fields as in VariantRow, without `values`; `image` is a media public id
    Returns   the variants that really changed
    Raises    RowsRefused with every wrong cell, NotReadyToSell; nothing is saved then
    Locks     the product
    Records   ProductChanged when anything changed
    """
    product = lock_product(product_id)
    variants = {
        variant.public_id: variant
        for variant in product.variants.filter(public_id__in=list(edits), retired_at=None)
    }
    if any("sku" in fields for fields in edits.values()):
        naming.queue_up()
    changed = _apply_all(product, variants, edits)
    if not changed:
        return []

    fields = {name for names in changed.values() for name in names}
    touched = [variants[public_id] for public_id in changed]
    Variant.objects.bulk_update(touched, sorted(fields), batch_size=500)
    _refuse_unsellable(product)
    refresh_card(product)
    audit.write(
        actor=actor,
        action="variants.edited",
        subject="product",
        subject_id=product.public_id,
        changes={variants[public_id].sku: names for public_id, names in changed.items()},
    )
    outbox.record(events.ProductChanged(product_id=product.pk))
    return touched


@transaction.atomic
def depict_variants(*, media: Media, variant_ids: Collection[str], actor: Actor) -> list[Variant]:
    """Let one picture stand for exactly these variants; those it stood for before show the cover again.

    variant_ids  public ids of live variants of the picture's product; none when it stands for no variant
    Returns      the variants that really changed
    Raises       InvalidInput for a picture of no product, RowsRefused
    Locks        the product
    Records      ProductChanged when anything changed
    """
    if media.product is None:
        raise InvalidInput(_("This picture does not belong to the product."), "image")
    product = lock_product(media.product.pk)
    before = product.variants.filter(image=media, retired_at=None).values_list("public_id", flat=True)
    edits: dict[str, dict[str, Any]] = {public_id: {"image": None} for public_id in before}
    edits |= {public_id: {"image": media.public_id} for public_id in variant_ids}
    return edit_variants(product_id=product.pk, edits=edits, actor=actor)


def _apply_all(
    product: Product, variants: Mapping[str, Variant], edits: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Set the fields on the instances. Returns public id -> field -> [before, after]."""
    errors: dict[str, dict[str, str]] = {}
    changed: dict[str, dict[str, Any]] = {}
    pictures = _pictures(product, edits)
    for public_id, fields in edits.items():
        variant = variants.get(public_id)
        try:
            if variant is None:
                raise InvalidInput(_("This variant is not there any more."), "sku")
            difference = _apply(variant, fields, pictures)
        except InvalidInput as wrong:
            errors[public_id] = {wrong.field: wrong.message}
            continue
        if difference:
            changed[public_id] = difference
    errors |= _taken_skus(variants, changed)
    if errors:
        raise RowsRefused(errors)
    return changed


def _apply(
    variant: Variant, fields: Mapping[str, Any], pictures: Mapping[str, Media]
) -> dict[str, list[Any]]:
    difference: dict[str, list[Any]] = {}
    plain = {name: value for name, value in fields.items() if name != "image"}
    for name, value in rows.clean(plain).items():
        if name == "sku" and not value:
            raise InvalidInput(_("Fill this in."), "sku")
        if getattr(variant, name) != value:
            difference[name] = [getattr(variant, name), value]
            setattr(variant, name, value)
    if "image" in fields:
        picture = _picture(fields["image"], pictures)
        if variant.image_id != (picture.pk if picture else None):
            difference["image"] = [None, picture.public_id if picture else None]
            variant.image = picture
    rows.refuse_odd_prices(variant)
    return difference


def _pictures(product: Product, edits: Mapping[str, Mapping[str, Any]]) -> dict[str, Media]:
    if not any(fields.get("image") for fields in edits.values()):
        return {}
    return {media.public_id: media for media in product.media.all()}


def _picture(public_id: str | None, pictures: Mapping[str, Media]) -> Media | None:
    if not public_id:
        return None
    if public_id not in pictures:
        raise InvalidInput(_("This picture does not belong to the product."), "image")
    return pictures[public_id]


def _taken_skus(
    variants: Mapping[str, Variant], changed: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, str]]:
    """Wrong cells of SKUs that are there twice, in this edit or in the store."""
    wanted = [(public_id, variants[public_id]) for public_id in changed if "sku" in changed[public_id]]
    if not wanted:
        return {}
    own = [variant.pk for _id, variant in wanted]
    names = [variant.sku for _id, variant in wanted]
    taken = set(Variant.objects.filter(sku__in=names).exclude(pk__in=own).values_list("sku", flat=True))
    taken |= {name for name in names if names.count(name) > 1}
    return {
        public_id: {"sku": naming.SkuTaken(variant.sku).message}
        for public_id, variant in wanted
        if variant.sku in taken
    }


def _refuse_unsellable(product: Product) -> None:
    """A product that is on sale keeps a price on everything that can be bought."""
    if product.status != ProductStatus.ACTIVE:
        return
    if product.variants.filter(retired_at=None, is_active=True, price_amount=0).exists():
        raise NotReadyToSell(_("This product is on sale: every variant that is on needs a price."))


def row_edits(rows_given: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Turn rows that carry their public `id` into edits."""
    return {str(row["id"]): {name: row[name] for name in row if name != "id"} for row in rows_given}
