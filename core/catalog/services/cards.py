"""What a product's row repeats of its variants and pictures, so that a list and a search are one query."""

from collections.abc import Mapping

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, TextField, Value
from django.db.models.expressions import CombinedExpression

from core.catalog.models import Category, MediaState, Product, Variant

# A tsvector holds 1 MB; a description of this length is far below.
_SEARCHED_LETTERS = 20_000


def refresh_card(product: Product) -> None:
    """Write prices, picture, variant count, availability and search words of a locked product anew."""
    live = product.variants.filter(retired_at=None)
    on_sale = Q(is_active=True)
    facts = live.aggregate(
        count=Count("pk"),
        low=Min("price_amount", filter=on_sale),
        high=Max("price_amount", filter=on_sale),
        stocked=Count("pk", filter=on_sale & Q(in_stock=True)),
    )
    cheapest = live.filter(is_active=True).order_by("price_amount", "position", "pk").first()
    product.variant_count = facts["count"]
    product.price_min_amount = facts["low"] or 0
    product.price_max_amount = facts["high"] or 0
    product.compare_at_amount = cheapest.compare_at_amount if cheapest else None
    product.in_stock = facts["stocked"] > 0
    product.cover = product.media.filter(state=MediaState.READY).order_by("position", "pk").first()
    product.save()
    refresh_words(product)


def refresh_words(product: Product) -> None:
    """Write what a locked product is found by anew. No edit: `updated_at` stays."""
    product.search_text = _search_text(product)
    Product.objects.filter(pk=product.pk).update(
        search_text=product.search_text, search_vector=_search_vector(product)
    )


def refresh_cover(product: Product) -> None:
    """Repeat the first picture that is ready on a locked product. No edit: `updated_at` stays."""
    product.cover = product.media.filter(state=MediaState.READY).order_by("position", "pk").first()
    product.save(update_fields=["cover"])


def _search_text(product: Product) -> str:
    codes = product.variants.filter(retired_at=None).values_list("sku", "barcode")
    words = [product.title, product.brand.name if product.brand else "", *product.tags]
    words += _shelf_names(product)
    words += [code for pair in codes for code in pair]
    return " ".join(word for word in words if word)


def _shelf_names(product: Product) -> list[str]:
    """What its category and those above are called: a shopper who types *arabika* means the shelf."""
    ids = [int(part) for part in product.category.path.split("/") if part] if product.category else []
    return list(Category.objects.filter(pk__in=ids).values_list("name", flat=True))


def _search_vector(product: Product) -> CombinedExpression:
    """`simple` finds the words as they stand; the Indonesian stemmer only adds its stems, least in weight.

    Alone it would lose matches: it turns *kemeja* (shirt) into *meja* (table).
    """
    title = _text(product.title)
    described = _text(product.description[:_SEARCHED_LETTERS])
    return (
        SearchVector(title, weight="A", config="simple")
        + SearchVector(_text(product.search_text), weight="B", config="simple")
        + SearchVector(described, weight="C", config="simple")
        + SearchVector(title, weight="D", config="indonesian")
    )


def _text(words: str) -> Value:
    return Value(words, output_field=TextField())


@transaction.atomic
def note_availability(*, available: Mapping[int, int]) -> None:
    """Repeat on variants and their products whether anything may still be sold.

    available   variant id -> units that may be sold now, over all locations
    Locks       the products of these variants in primary-key order
    """
    products = Product.objects.filter(variants__in=list(available)).order_by("pk").distinct()
    ids = list(products.values_list("pk", flat=True))
    list(Product.objects.filter(pk__in=ids).order_by("pk").select_for_update().values_list("pk", flat=True))
    there = [variant_id for variant_id, units in available.items() if units > 0]
    gone = [variant_id for variant_id, units in available.items() if units <= 0]
    Variant.objects.filter(pk__in=there, in_stock=False).update(in_stock=True)
    Variant.objects.filter(pk__in=gone, in_stock=True).update(in_stock=False)
    sellable = Variant.objects.filter(product=OuterRef("pk"), retired_at=None, is_active=True, in_stock=True)
    # Only what turns: kept pages of the whole shop end with each row that is written here.
    turned = Product.objects.filter(pk__in=ids).exclude(in_stock=Exists(sellable))
    turned.update(in_stock=Exists(sellable))
