"""What shoppers see of the catalogue: the product page, shelves."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import Count, F, Func, Prefetch, Q, QuerySet, TextField, Value
from django.utils.translation import gettext as _

from core.catalog.models import (
    Brand,
    Category,
    Media,
    MediaState,
    Option,
    OptionValue,
    Product,
    ProductStatus,
    SlugRedirect,
    Variant,
)
from core.catalog.selectors.cards import path_of
from core.catalog.selectors.pictures import Picture, picture_of
from core.kernel.errors import NotFound

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


@dataclass(frozen=True, slots=True)
class Choice:
    """One option with the values that are offered: (id, word)."""

    name: str
    slug: str
    values: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class PageVariant:
    """One variant of the product page; `values` are value ids in the order of the choices."""

    id: int
    public_id: str
    sku: str
    barcode: str
    title: str
    values: list[int]
    price_amount: int
    compare_at_amount: int | None
    weight_grams: int
    picture: int | None  # index in ProductPage.pictures
    in_stock: bool


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Everything that a product page shows, except stock numbers."""

    id: int
    public_id: str
    slug: str
    title: str
    description: str
    seo_title: str
    seo_description: str
    brand: str
    tags: list[str]
    crumbs: list[tuple[str, str]]  # (name, slug) from the top category down
    pictures: list[Picture]
    choices: list[Choice]
    variants: list[PageVariant]
    price_min_amount: int
    price_max_amount: int
    in_stock: bool
    updated_at: datetime
    category_id: int | None


def product_page(slug: str) -> ProductPage:
    """The page of a product on sale. Raises NotFound; ask `moved_to` then."""
    product = (
        Product.objects.filter(slug=slug, status=ProductStatus.ACTIVE)
        .select_related("brand", "category")
        .defer("search_vector", "search_text")
        .prefetch_related(
            Prefetch("media", Media.objects.filter(state=MediaState.READY).order_by("position", "pk")),
            Prefetch("options", Option.objects.order_by("position", "pk")),
            Prefetch(
                "options__values", OptionValue.objects.filter(is_active=True).order_by("position", "pk")
            ),
            Prefetch("variants", _live_variants()),
        )
        .first()
    )
    if product is None:
        raise NotFound(_("This product does not exist, or is not sold any more."))
    return _page_of(product)


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


def _live_variants() -> QuerySet[Variant]:
    return Variant.objects.filter(retired_at=None, is_active=True).order_by("position", "pk")


def _on_sale(category: str | Category | None) -> QuerySet[Product]:
    rows = Product.objects.filter(status=ProductStatus.ACTIVE).select_related("cover").defer(*_HEAVY)
    return rows.filter(category__path__startswith=path_of(category)) if category else rows


def _page_of(product: Product) -> ProductPage:
    media = list(product.media.all())
    pictures = [picture for each in media if (picture := picture_of(each, product.title))]
    at = {each.pk: index for index, each in enumerate(media)}
    return ProductPage(
        id=product.pk,
        public_id=product.public_id,
        slug=product.slug,
        title=product.title,
        description=product.description,
        seo_title=product.seo_title,
        seo_description=product.seo_description,
        brand=product.brand.name if product.brand else "",
        tags=list(product.tags),
        crumbs=crumbs_of(product.category),
        pictures=pictures,
        choices=[_choice(option) for option in product.options.all()],
        variants=[_page_variant(variant, at) for variant in product.variants.all()],
        price_min_amount=product.price_min_amount,
        price_max_amount=product.price_max_amount,
        in_stock=product.in_stock,
        updated_at=product.updated_at,
        category_id=product.category_id,
    )


def _choice(option: Option) -> Choice:
    values = [(value.pk, value.value) for value in option.values.all()]
    return Choice(option.name, f"{option.position + 1}", values)


def _page_variant(variant: Variant, pictures: dict[int, int]) -> PageVariant:
    reduced = variant.compare_at_amount and variant.compare_at_amount > variant.price_amount
    return PageVariant(
        id=variant.pk,
        public_id=variant.public_id,
        sku=variant.sku,
        barcode=variant.barcode,
        title=variant.title,
        values=list(variant.values),
        price_amount=variant.price_amount,
        compare_at_amount=variant.compare_at_amount if reduced else None,
        weight_grams=variant.weight_grams,
        picture=pictures.get(variant.image_id) if variant.image_id else None,
        in_stock=variant.in_stock,
    )
