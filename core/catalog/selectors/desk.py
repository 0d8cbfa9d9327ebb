"""What the seller's pages and programs ask about the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from core.catalog.models import (
    Brand,
    Category,
    Media,
    Option,
    OptionValue,
    Product,
    ProductStatus,
    SavedView,
    Variant,
)
from core.catalog.selectors.finding import matching, plain
from core.kernel import paging
from core.kernel.errors import InvalidInput, NotFound

SORTS: Final[dict[str, str]] = {
    "newest": "-created_at",
    "edited": "-updated_at",
    "name": "title",
    "price_low": "price_min_amount",
    "price_high": "-price_min_amount",
}


@dataclass(frozen=True, slots=True)
class ProductFilters:
    """How the product list is narrowed. `category` and `brand` are public ids."""

    query: str = ""
    status: str = ""
    category: str = ""
    brand: str = ""
    tag: str = ""
    stock: str = ""  # "in" or "out"


def product_by_public_id(public_id: str) -> Product:
    """A product with its category and brand. Raises NotFound."""
    found = (
        Product.objects.filter(public_id=public_id)
        .select_related("category", "brand", "cover")
        .defer("search_vector", "search_text")
        .first()
    )
    if found is None:
        raise NotFound(_("This product does not exist."))
    return found


def whole_product(public_id: str) -> Product:
    """A product with everything of it: options, values, `live_variants`, pictures. Raises NotFound."""
    found = _with_parts(Product.objects.filter(public_id=public_id)).first()
    if found is None:
        raise NotFound(_("This product does not exist."))
    return found


def product_list(
    *, filters: ProductFilters, sort: str = "newest", after: str = "", limit: int = 50
) -> tuple[list[Product], str | None]:
    """A page of products for the seller, with category, brand, cover and `first_sku`, and the next cursor.

    Raises   InvalidInput for a filter that says nothing we know
    """
    skus = Variant.objects.filter(product=OuterRef("pk"), retired_at=None).order_by("position", "pk")
    rows = (
        filtered(filters)
        .select_related("category", "brand", "cover")
        .defer("description", "search_vector", "search_text")
        .annotate(first_sku=Subquery(skus.values("sku")[:1]))
    )
    return paging.page(rows, after=after, limit=limit, key=SORTS.get(sort, SORTS["newest"]))


def whole_list(
    *, filters: ProductFilters, sort: str = "newest", after: str = "", limit: int = 24
) -> tuple[list[Product], str | None]:
    """Like `product_list`, each product with its parts for the API; of its variants the first hundred."""
    rows = _with_parts(filtered(filters), most_variants=100)
    return paging.page(rows, after=after, limit=limit, key=SORTS.get(sort, SORTS["newest"]))


def filtered(filters: ProductFilters) -> QuerySet[Product]:
    """The products that the filters let through, in no order."""
    rows = Product.objects.all()
    if filters.status:
        if filters.status not in ProductStatus.values:
            raise InvalidInput(_("Choose draft, active or archived."), "status")
        rows = rows.filter(status=filters.status)
    if filters.category:
        path = Category.objects.filter(public_id=filters.category).values_list("path", flat=True).first()
        rows = rows.filter(category__path__startswith=path) if path else rows.none()
    if filters.brand:
        rows = rows.filter(brand__public_id=filters.brand)
    if filters.tag:
        rows = rows.filter(tags__contains=[filters.tag.lower()])
    if filters.stock:
        rows = rows.filter(in_stock=filters.stock == "in")
    return matching(rows, filters.query) if plain(filters.query) else rows


def ids_of(public_ids: list[str]) -> list[int]:
    """Primary keys of products, unknown ones left out."""
    rows = Product.objects.filter(public_id__in=public_ids).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def status_counts() -> Mapping[str, int]:
    """How many products there are by status, with `OUT` for those on sale without stock."""
    return Product.objects.aggregate(
        **{status: Count("pk", filter=Q(status=status)) for status in ProductStatus.values},
        ALL=Count("pk"),
        OUT=Count("pk", filter=Q(status=ProductStatus.ACTIVE, in_stock=False)),
    )


def variants_of(product: Product, *, after: str = "", limit: int = 100) -> tuple[list[Variant], str | None]:
    """A page of a product's live variants in the order of its matrix."""
    rows = product.variants.filter(retired_at=None).select_related("image")
    return paging.page(rows, after=after, limit=limit, key="position")


def grid_of(product: Product, *, limit: int | None = None) -> list[Variant]:
    """All live variants of a product, or the first few, in the order of its matrix."""
    rows = product.variants.filter(retired_at=None).select_related("image").order_by("position", "pk")
    return list(rows[:limit])


def old_slugs(product: Product) -> list[str]:
    """Addresses that lead to the product's present one."""
    return list(product.old_slugs.order_by("-pk").values_list("slug", flat=True)[:20])


def options_of(product: Product) -> list[Option]:
    """The product's options with the values that are offered."""
    values = OptionValue.objects.filter(is_active=True).order_by("position", "pk")
    return list(product.options.prefetch_related(Prefetch("values", values)).order_by("position", "pk"))


def media_of(product: Product) -> list[Media]:
    """The product's pictures in order, also those still being drawn and the refused ones."""
    return list(product.media.order_by("position", "pk"))


def media_by_public_id(public_id: str) -> Media:
    """A picture in any state. Raises NotFound."""
    found = Media.objects.filter(public_id=public_id).select_related("product").first()
    if found is None:
        raise NotFound(_("This picture does not exist."))
    return found


def storage_used() -> int:
    """Bytes of all pictures of the store."""
    return Media.objects.aggregate(total=Sum("bytes"))["total"] or 0


def products_used() -> int:
    """How many products count against the plan: all but archived ones."""
    return Product.objects.exclude(status=ProductStatus.ARCHIVED).count()


def category_tree() -> list[Category]:
    """All categories, parents before children, each with `depth` and `product_count`."""
    rows = list(Category.objects.annotate(product_count=Count("products")).order_by("position", "pk"))
    children: dict[int | None, list[Category]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    return list(_walk(children, None, 0))


def _walk(children: dict[int | None, list[Category]], parent: int | None, depth: int) -> Any:
    for row in children.get(parent, []):
        row.depth = depth  # type: ignore[attr-defined]
        yield row
        yield from _walk(children, row.pk, depth + 1)


def brands() -> list[Brand]:
    """All brands by name, each with `product_count`."""
    return list(Brand.objects.annotate(product_count=Count("products")).order_by("name"))


def saved_views() -> list[SavedView]:
    """The store's saved filters of the product list."""
    return list(SavedView.objects.order_by("name"))


def planned_moment(product_id: int) -> datetime | None:
    """When a draft is to be published, if it is."""
    rows = Product.objects.filter(pk=product_id, status=ProductStatus.DRAFT)
    return rows.values_list("publish_at", flat=True).first()


def _with_parts(products: QuerySet[Product], most_variants: int | None = None) -> QuerySet[Product]:
    values = OptionValue.objects.filter(is_active=True).order_by("position", "pk")
    variants = Variant.objects.filter(retired_at=None).select_related("image").order_by("position", "pk")
    return (
        products.select_related("category", "brand", "cover")
        .defer("search_vector", "search_text")
        .prefetch_related(
            Prefetch("options", Option.objects.order_by("position", "pk")),
            Prefetch("options__values", values),
            Prefetch("variants", variants[:most_variants], to_attr="live_variants"),
            Prefetch("media", Media.objects.order_by("position", "pk")),
        )
    )
