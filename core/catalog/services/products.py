"""Products: made, edited, published, archived."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import events
from core.catalog import texts
from core.catalog.models import MAY_BECOME, Product, ProductStatus
from core.catalog.services.cards import refresh_card
from core.catalog.services.matrix import Choices, rearrange
from core.catalog.services.naming import free_slug, move_to_slug, queue_up
from core.catalog.services.rows import VariantRow
from core.catalog.services.shelves import brand_named, category_by
from core.kernel import audit, ids, outbox
from core.kernel.errors import CommerceError, InvalidInput, NotFound
from tenants import entitlements
from tenants.permissions import Actor

MOST_TAGS: Final = 50
TITLE_LENGTH: Final = 150
DESCRIPTION_LENGTH: Final = 20_000


class NotReadyToSell(CommerceError):
    """A product that cannot be bought is not shown."""

    code = "not_ready_to_sell"
    http_status = 409


class StaleEdit(CommerceError):
    """Somebody else saved this product since the page was opened."""

    code = "stale_edit"
    http_status = 409

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else changed this product meanwhile. Reload the page, then make your change again.")
        )


class ProductFacts(TypedDict, total=False):
    """What may be said about a product beside its title. `category` is a public id, `brand` a name."""

    slug: str
    description: str
    category: str | None
    brand: str
    tags: Sequence[str]
    seo_title: str
    seo_description: str
    publish_at: datetime | None
    status: str


class NewProduct(ProductFacts, total=False):
    """A whole product: its facts, its options as (name, values), and its variants as rows."""

    options: Choices
    variants: Sequence[VariantRow]


def lock_product(product_id: int) -> Product:
    """The product, locked until the caller commits. Raises NotFound."""
    found = Product.objects.select_for_update().filter(pk=product_id).first()
    if found is None:
        raise NotFound(_("This product does not exist."))
    return found


@transaction.atomic
def create_product(*, title: str, actor: Actor, **whole: Unpack[NewProduct]) -> Product:
    """Make a product with its variants; a draft unless `status` says ACTIVE.

    variants   rows as in VariantRow; one without `values` speaks for every combination that is not listed
    Raises     LimitReached, InvalidInput, SkuTaken, NotReadyToSell
    Records    ProductChanged
    """
    queue_up()
    _claim_one_more()
    options, variants = whole.pop("options", ()) or (), whole.pop("variants", ()) or ()
    name = texts.line(title, most=TITLE_LENGTH, field="title", required=True)
    product = Product(public_id=ids.new_id("prd"), title=name)
    product.slug = free_slug(whole.pop("slug", "") or name, Product, "product")
    status = _status(whole.pop("status", "") or ProductStatus.DRAFT)
    _apply(product, whole)
    product.save()

    rearrange(product, options, variants)
    _finish(product, status)
    _tell(product, actor, "product.created", {"title": name, "variants": product.variant_count})
    return product


@transaction.atomic
def update_product(
    *, product_id: int, changes: Mapping[str, Any], actor: Actor, seen_at: datetime | None = None
) -> Product:
    """Change a product's facts; `title`, and names as in ProductFacts.

    seen_at    `updated_at` of the product that the person was looking at, when that matters
    Raises     StaleEdit, InvalidInput, NotReadyToSell, LimitReached
    Records    ProductChanged
    """
    product = lock_product(product_id)
    if seen_at is not None and seen_at != product.updated_at:
        raise StaleEdit
    queue_up()
    before = _facts(product)
    wanted = dict(changes)
    status = _status(wanted.pop("status", None) or product.status)
    if wanted.get("slug"):
        move_to_slug(product, wanted["slug"])
    wanted.pop("slug", None)
    _apply(product, wanted)
    _refuse_move(product, status)

    _finish(product, status)
    after = _facts(product)
    differing = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if differing:
        _tell(product, actor, "product.edited", differing)
    return product


@transaction.atomic
def set_status(*, product_id: int, status: str, actor: Actor) -> Product:
    """Publish, unpublish or archive. Same as `update_product`, for one field.

    Raises   NotReadyToSell when a product without a price would be published
    """
    return update_product(product_id=product_id, changes={"status": status}, actor=actor)


@transaction.atomic
def set_options(*, product_id: int, options: Choices, actor: Actor) -> Product:
    """Make the product come in exactly these options. Existing SKUs and their stock stay with their
    combination; a combination that goes away retires its variant.

    Raises    InvalidInput
    Records   ProductChanged
    """
    product = lock_product(product_id)
    queue_up()
    before = product.variant_count
    rearrange(product, options)
    refresh_card(product)
    _tell(
        product,
        actor,
        "product.options_changed",
        {
            "options": [[name, list(values)] for name, values in options],
            "variants": [before, product.variant_count],
        },
    )
    return product


@dataclass(frozen=True, slots=True)
class Forecast:
    """What new options would do to a product's variants, in numbers."""

    before: int
    after: int
    added: int
    returning: int
    retired: int
    retired_in_stock: int

    @property
    def kept(self) -> int:
        """How many stay as they are."""
        return self.before - self.retired


def foresee_options(*, product_id: int, options: Choices) -> Forecast:
    """What `set_options` would do. It is really done and taken back, so the numbers are its own.

    Raises   InvalidInput as `set_options` would
    """
    with transaction.atomic():
        product = lock_product(product_id)
        known = set(product.variants.values_list("pk", flat=True))
        before = set(product.variants.filter(retired_at=None).values_list("pk", flat=True))
        rearrange(product, options)
        after = set(product.variants.filter(retired_at=None).values_list("pk", flat=True))
        retired = product.variants.filter(pk__in=before - after)
        forecast = Forecast(
            before=len(before),
            after=len(after),
            added=len(after - known),
            returning=len((after - before) & known),
            retired=len(before - after),
            retired_in_stock=retired.filter(in_stock=True).count(),
        )
        transaction.set_rollback(True)
    return forecast


@transaction.atomic
def tag_products(*, product_ids: Sequence[int], tag: str, actor: Actor) -> int:
    """Add one tag to many products. Returns how many did not have it."""
    clean = texts.line(tag, most=40, field="tag", required=True).lower()
    products = Product.objects.select_for_update().filter(pk__in=product_ids).order_by("pk")
    changed = [product for product in products if clean not in product.tags]
    for product in changed:
        product.tags = _tags([*product.tags, clean])
        refresh_card(product)
        _tell(product, actor, "product.tagged", {"tag": clean})
    return len(changed)


@transaction.atomic
def publish_due(*, product_id: int, publish_at: datetime, actor: Actor) -> bool:
    """Publish a draft whose moment has come.

    publish_at   the moment this duty was made for; another one on the product means that it was moved
    Returns      whether it was published
    """
    product = Product.objects.select_for_update().filter(pk=product_id).first()
    if product is None or product.status != ProductStatus.DRAFT or product.publish_at != publish_at:
        return False
    _finish(product, ProductStatus.ACTIVE)
    _tell(product, actor, "product.published", {"planned_for": publish_at.isoformat()})
    return True


def _claim_one_more() -> None:
    entitlements.claim("products")
    used = Product.objects.exclude(status=ProductStatus.ARCHIVED).count()
    entitlements.require("products", used=used)


def _status(value: str) -> str:
    if value not in ProductStatus.values:
        raise InvalidInput(_("Choose draft, active or archived."), "status")
    return value


def _refuse_move(product: Product, status: str) -> None:
    if status != product.status and status not in MAY_BECOME[product.status]:
        raise InvalidInput(_("This product cannot become that now."), "status")
    if product.status == ProductStatus.ARCHIVED and status != ProductStatus.ARCHIVED:
        _claim_one_more()


def _finish(product: Product, status: str) -> None:
    """Write the status with the card, once everything else of the product stands."""
    product.status = status
    if status != ProductStatus.DRAFT:
        product.publish_at = None
    if status == ProductStatus.ACTIVE:
        _refuse_unsellable(product)
    refresh_card(product)
    if product.publish_at is not None:
        outbox.record(events.ProductScheduled(product_id=product.pk))


def _refuse_unsellable(product: Product) -> None:
    on_sale = product.variants.filter(retired_at=None, is_active=True)
    if not on_sale.exists():
        raise NotReadyToSell(_("Switch at least one variant on before you publish this product."))
    if on_sale.filter(price_amount=0).exists():
        raise NotReadyToSell(_("Give every variant a price before you publish this product."))


def _apply(product: Product, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        if name not in _SETTERS:
            raise InvalidInput(_("This field is not known."), name)
        _SETTERS[name](product, value)


def _set_title(product: Product, value: str) -> None:
    product.title = texts.line(value, most=TITLE_LENGTH, field="title", required=True)


def _set_description(product: Product, value: str) -> None:
    product.description = texts.paragraphs(value, most=DESCRIPTION_LENGTH, field="description")


def _set_category(product: Product, value: str | None) -> None:
    try:
        product.category = category_by(value) if value else None
    except NotFound as missing:
        raise InvalidInput(missing.message, "category") from missing


def _set_brand(product: Product, value: str | None) -> None:
    product.brand = brand_named(value or "")


def _set_tags(product: Product, value: Sequence[str]) -> None:
    product.tags = _tags(value)


def _set_seo_title(product: Product, value: str) -> None:
    product.seo_title = texts.line(value, most=150, field="seo_title")


def _set_seo_description(product: Product, value: str) -> None:
    product.seo_description = texts.line(value, most=300, field="seo_description")


def _set_publish_at(product: Product, value: datetime | None) -> None:
    if value is not None and timezone.is_naive(value):
        raise InvalidInput(_("Say the moment with its time zone."), "publish_at")
    product.publish_at = value


_SETTERS: Final[Mapping[str, Callable[[Product, Any], None]]] = {
    "title": _set_title,
    "description": _set_description,
    "category": _set_category,
    "brand": _set_brand,
    "tags": _set_tags,
    "seo_title": _set_seo_title,
    "seo_description": _set_seo_description,
    "publish_at": _set_publish_at,
}


def _tags(words: Sequence[str]) -> list[str]:
    cleaned = [texts.line(word, most=40, field="tags").lower() for word in words]
    unique = list(dict.fromkeys(word for word in cleaned if word))
    if len(unique) > MOST_TAGS:
        raise InvalidInput(_("Use at most %(most)s tags.") % {"most": MOST_TAGS}, "tags")
    return unique


def _facts(product: Product) -> dict[str, Any]:
    return {
        "title": product.title,
        "slug": product.slug,
        "description": product.description,
        "status": product.status,
        "category": product.category.name if product.category else None,
        "brand": product.brand.name if product.brand else None,
        "tags": list(product.tags),
        "seo_title": product.seo_title,
        "seo_description": product.seo_description,
        "publish_at": product.publish_at.isoformat() if product.publish_at else None,
    }


def _tell(product: Product, actor: Actor, action: str, changes: Mapping[str, Any]) -> None:
    audit.write(actor=actor, action=action, subject="product", subject_id=product.public_id, changes=changes)
    outbox.record(events.ProductChanged(product_id=product.pk))
