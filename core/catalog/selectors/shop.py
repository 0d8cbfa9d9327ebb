"""What shoppers see of the catalogue: cards, the product page, shelves."""

from collections.abc import Sequence
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
from core.catalog.selectors.finding import matching, nearest, plain
from core.catalog.selectors.pictures import Picture, picture_of
from core.kernel import paging
from core.kernel.errors import NotFound

# What a shopper may ask for -> the field and direction of the cursor.
SORTS: Final[dict[str, str]] = {
    "newest": "-created_at",
    "price_low": "price_min_amount",
    "price_high": "-price_min_amount",
    "name": "title",
    "relevance": "-relevance",
}
_HEAVY: Final = ("description", "search_vector", "search_text")


@dataclass(frozen=True, slots=True)
class CardFilters:
    """How a shopper narrows a list. Amounts are whole rupiah; brands are slugs."""

    min_amount: int | None = None
    max_amount: int | None = None
    in_stock: bool = False
    reduced: bool = False
    brands: Sequence[str] = ()
    tag: str = ""


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product in a list, in one row of one query."""

    id: int
    public_id: str
    slug: str
    name: str
    price_amount: int
    compare_amount: int | None
    from_price: bool
    sold_out: bool
    image: Picture | None
    updated_at: datetime

    @property
    def percent_off(self) -> int:
        """Whole percent of the reduction; 0 without one."""
        if not self.compare_amount:
            return 0
        return (self.compare_amount - self.price_amount) * 100 // self.compare_amount


@dataclass(frozen=True, slots=True)
class CardPage:
    """Some cards, and the cursor of the next ones. `is_nearest`: nothing fits, these are only spelt alike."""

    cards: list[ProductCard]
    next: str | None
    is_nearest: bool = False


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


def product_cards(
    *,
    category: str | Category | None = None,
    query: str = "",
    filters: CardFilters | None = None,
    sort: str = "",
    after: str = "",
    limit: int = 24,
) -> CardPage:
    """A page of what is on sale.

    category   or its slug; products of the categories below it are in it too
    sort       a key of SORTS; relevance when there is a query, else newest
    Raises     NotFound for an unknown category, InvalidInput for a foreign cursor
    """
    rows = _narrowed(_on_sale(category), filters or CardFilters())
    typed = plain(query)
    if typed:
        rows = matching(rows, typed)
    if sort not in SORTS or (sort == "relevance" and not typed):
        sort = "relevance" if typed else "newest"
    found, following = paging.page(rows, after=after, limit=limit, key=SORTS[sort])
    is_nearest = bool(typed) and not found and not after
    if is_nearest:
        found = list(nearest(_narrowed(_on_sale(category), filters or CardFilters()), typed)[:limit])
    return CardPage([card_of(row) for row in found], following, is_nearest)


def search(query: str, limit: int = 8) -> list[ProductCard]:
    """The best few products for what somebody is typing."""
    return product_cards(query=query, limit=limit).cards if plain(query) else []


def cards_by_id(ids: Sequence[int]) -> list[ProductCard]:
    """Cards of these products in this order; those not on sale are left out."""
    found = {row.pk: card_of(row) for row in _on_sale(None).filter(pk__in=list(ids))}
    return [found[pk] for pk in ids if pk in found]


def related_cards(product_id: int, category_id: int | None, limit: int = 8) -> list[ProductCard]:
    """What stands on the same shelf, newest first."""
    rows = _on_sale(None).exclude(pk=product_id).filter(category=category_id, in_stock=True)
    return [card_of(row) for row in rows.order_by("-created_at", "-pk")[:limit]]


def card_of(row: Product) -> ProductCard:
    """A product's row, read with its cover, as a card."""
    reduced = row.compare_at_amount and row.compare_at_amount > row.price_min_amount
    return ProductCard(
        id=row.pk,
        public_id=row.public_id,
        slug=row.slug,
        name=row.title,
        price_amount=row.price_min_amount,
        compare_amount=row.compare_at_amount if reduced else None,
        from_price=row.price_max_amount > row.price_min_amount,
        sold_out=not row.in_stock,
        image=picture_of(row.cover, row.title),
        updated_at=row.updated_at,
    )


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


def category_by_slug(slug: str) -> Category:
    """A category. Raises NotFound."""
    found = Category.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound(_("This category does not exist."))
    return found


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
    if category:
        shelf = category_by_slug(category) if isinstance(category, str) else category
        rows = rows.filter(category__path__startswith=shelf.path)
    return rows


def _narrowed(rows: QuerySet[Product], filters: CardFilters) -> QuerySet[Product]:
    if filters.min_amount is not None:
        rows = rows.filter(price_max_amount__gte=filters.min_amount)
    if filters.max_amount is not None:
        rows = rows.filter(price_min_amount__lte=filters.max_amount)
    if filters.in_stock:
        rows = rows.filter(in_stock=True)
    if filters.reduced:
        rows = rows.filter(compare_at_amount__isnull=False)
    if filters.brands:
        rows = rows.filter(brand__slug__in=list(filters.brands))
    if filters.tag:
        rows = rows.filter(tags__contains=[filters.tag.lower()])
    return rows


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
