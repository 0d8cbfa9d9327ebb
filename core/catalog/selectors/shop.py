"""What shoppers see of the catalogue beside products: shelves, brands, old addresses."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import Count, F, Func, Q, QuerySet, TextField, Value

from core.catalog.models import (
    Brand,
    Category,
    MediaState,
    Product,
    ProductStatus,
    SlugRedirect,
)
from core.catalog.selectors.cards import path_of
from core.catalog.selectors.pictures import Picture, picture_of

_HEAVY: Final = ("description", "search_vector", "search_text")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category as the shop's menu shows it."""

    id: int
    public_id: str
    name: str
    slug: str
    path: str
    depth: int
    product_count: int
    children: list["Shelf"] = field(default_factory=list)


def moved_to(slug: str) -> str | None:
    """The address that a product has now, when this one is an old one of it."""
    return SlugRedirect.objects.filter(slug=slug).values_list("product__slug", flat=True).first()


def shelves() -> list[Shelf]:
    """The tree of categories with how many products on sale each branch holds; empty ones are left out."""
    rows = Category.objects.annotate(
        own=Count("products", filter=Q(products__status=ProductStatus.ACTIVE))
    ).order_by("position", "pk")
    found = list(rows)
    made = {
        row.pk: Shelf(
            id=row.pk,
            public_id=row.public_id,
            name=row.name,
            slug=row.slug,
            path=row.path,
            depth=row.path.count("/") - 2,
            product_count=sum(other.own for other in found if other.path.startswith(row.path)),
        )
        for row in found
    }
    tops = []
    for row in found:
        shelf = made[row.pk]
        if not shelf.product_count:
            continue
        if row.parent_id in made:
            made[row.parent_id].children.append(shelf)
        else:
            tops.append(shelf)
    return tops


def shelf_pictures() -> dict[int, Picture]:
    """Id of a top category -> the cover of the newest product in its branch; those without are missing."""
    top = Func(F("category__path"), Value("/"), Value(2), function="SPLIT_PART", output_field=TextField())
    rows = (
        Product.objects.filter(status=ProductStatus.ACTIVE, cover__state=MediaState.READY)
        .annotate(top=top)
        .order_by("top", "-created_at", "-pk")
        .distinct("top")
        .select_related("cover")
        .defer(*_HEAVY)
    )
    return {int(row.top): picture for row in rows if (picture := picture_of(row.cover)) and row.top}


def crumbs_of(category: Category | None) -> list[tuple[str, str]]:
    """(name, slug) from the top category down to this one."""
    if category is None:
        return []
    ids = [int(part) for part in category.path.split("/") if part]
    known = {row.pk: row for row in Category.objects.filter(pk__in=ids)} if len(ids) > 1 else {}
    known[category.pk] = category
    return [(known[pk].name, known[pk].slug) for pk in ids if pk in known]


def brands_on_sale(category: str | Category | None = None) -> list[tuple[str, str]]:
    """(name, slug) of the brands that a list can be narrowed to."""
    products = _on_sale(category)
    rows = Brand.objects.filter(products__in=products).distinct().order_by("name")
    return list(rows.values_list("name", "slug"))


def sitemap_products(after_id: int = 0, limit: int = 50_000) -> list[tuple[int, str, datetime]]:
    """(id, slug, last change) of what is on sale, in order of id."""
    rows = Product.objects.filter(status=ProductStatus.ACTIVE, pk__gt=after_id).order_by("pk")
    return list(rows.values_list("pk", "slug", "updated_at")[:limit])


def _on_sale(category: str | Category | None) -> QuerySet[Product]:
    rows = Product.objects.filter(status=ProductStatus.ACTIVE).select_related("cover").defer(*_HEAVY)
    return rows.filter(category__path__startswith=path_of(category)) if category else rows
