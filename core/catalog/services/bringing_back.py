"""One product as it was in a backup: its texts, prices, options, variants and pictures.

The backup's rows stand beside the store's in tables called `back_<table>` (`tenants.archive.single`). Stock
stays what it is, and so do orders: variants keep their ids.
"""

from collections.abc import Iterator
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2 import sql

from core import events
from core.catalog.models import Media, Option, OptionValue, Product, SlugRedirect, Variant
from core.catalog.services.cards import refresh_card
from core.catalog.services.naming import free_slug, queue_up, refuse_taken_skus
from core.kernel import audit, outbox
from core.kernel.errors import NotFound
from core.kernel.formats import format_money
from tenants.archive.parts import Found
from tenants.context import require_store
from tenants.permissions import Actor

MODELS: Final = (Product, Option, OptionValue, Media, Variant)
TABLES: Final = tuple(model._meta.db_table for model in MODELS)
# Whose of the backup's rows are the product's.
_OF_PRODUCT: Final = {
    Product: "id = %(id)s",
    Option: "product_id = %(id)s",
    OptionValue: "option_id IN (SELECT id FROM back_catalog_option WHERE product_id = %(id)s)",
    Media: "product_id = %(id)s",
    Variant: "product_id = %(id)s",
}
# What follows from other rows of today.
_NOT_TAKEN_OVER: Final = {Product: {"slug"}, Variant: {"in_stock"}}

_FIND: Final = """
SELECT back.public_id, back.title, back.price_min_amount, live.id IS NULL,
    live.id IS NOT NULL AND live.updated_at <> back.updated_at
FROM back_catalog_product AS back LEFT JOIN catalog_product AS live ON live.id = back.id
WHERE %(words)s = '' OR strpos(lower(back.title), lower(%(words)s)) > 0 OR EXISTS (
    SELECT FROM back_catalog_variant AS variant
    WHERE variant.product_id = back.id AND lower(variant.sku) = lower(%(words)s)
)
ORDER BY live.id IS NOT NULL, back.updated_at = live.updated_at, lower(back.title), back.id
LIMIT 20
"""
# Two rows that exchange a name would be in each other's way.
_STEP_ASIDE: Final = """
UPDATE catalog_variant SET sku = '~' || id, retired_at = coalesce(retired_at, now())
    WHERE id IN (SELECT id FROM back_catalog_variant WHERE product_id = %(id)s);
UPDATE catalog_variant SET retired_at = coalesce(retired_at, now())
    WHERE product_id = %(id)s AND id NOT IN (SELECT id FROM back_catalog_variant);
DELETE FROM catalog_optionvalue WHERE option_id IN (
    SELECT id FROM catalog_option WHERE product_id = %(id)s AND id NOT IN (SELECT id FROM back_catalog_option)
);
DELETE FROM catalog_option WHERE product_id = %(id)s AND id NOT IN (SELECT id FROM back_catalog_option);
UPDATE catalog_option SET name = '~' || id WHERE product_id = %(id)s;
UPDATE catalog_optionvalue SET value = left(value, 40) || ' ~' || id, is_active = false
    WHERE option_id IN (SELECT id FROM catalog_option WHERE product_id = %(id)s);
UPDATE back_catalog_product SET category_id = NULL
    WHERE id = %(id)s AND category_id NOT IN (SELECT id FROM catalog_category);
UPDATE back_catalog_product SET brand_id = NULL
    WHERE id = %(id)s AND brand_id NOT IN (SELECT id FROM catalog_brand);
"""


def find(words: str) -> list[Found]:
    """The backup's products whose title or SKU answers to these words; what is gone or changed is first."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, {"words": words[:100]})
        return [
            Found(public_id, title, _about(price, is_gone, is_changed))
            for public_id, title, price, is_gone, is_changed in cursor.fetchall()
        ]


def _about(price: int, is_gone: bool, is_changed: bool) -> str:
    if is_gone:
        state = _("not in the store any more")
    else:
        state = _("changed since") if is_changed else _("the same today")
    return f"{format_money(price)} · {state}"


@transaction.atomic
def bring_back(public_id: str, actor: Actor) -> list[str]:
    """Make a product what it is in the backup. Variants that came since are retired, pictures stay.

    Returns  the files that its pictures need, below the store's own folder
    Raises   NotFound, SkuTaken when another variant has one of its SKUs by now
    Records  ProductChanged
    Locks    the product
    """
    queue_up()
    product_id, slug = _in_backup(public_id)
    live = Product.objects.select_for_update().filter(pk=product_id).first()
    before = {"title": live.title, "status": live.status} if live else {}
    refuse_taken_skus(_column(Variant, "sku", product_id), own=_column(Variant, "id", product_id))
    kept_slug = live.slug if live else _free(slug)
    with connection.cursor() as cursor:
        cursor.execute(_STEP_ASIDE, {"id": product_id})
        cursor.execute("UPDATE back_catalog_product SET slug = %s WHERE id = %s", [kept_slug, product_id])
        for model in MODELS:
            cursor.execute(_upsert(model), {"id": product_id})

    product = Product.objects.get(pk=product_id)
    _name_again(product)
    product.updated_at = timezone.now()
    refresh_card(product)
    after = {"title": product.title, "status": product.status}
    changes = {name: [before.get(name), after[name]] for name in after if before.get(name) != after[name]}
    audit.write(
        actor=actor, action="product.brought_back", subject="product", subject_id=public_id, changes=changes
    )
    outbox.record(events.ProductChanged(product_id=product.pk))
    return list(_files(product))


def _in_backup(public_id: str) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, slug FROM back_catalog_product WHERE public_id = %s", [public_id[:32]])
        found = cursor.fetchone()
    if found is None:
        raise NotFound(_("This product is not in the backup."))
    return found


def _column(model: type[Model], name: str, product_id: int) -> list[Any]:
    query = sql.SQL("SELECT {} FROM {} WHERE product_id = %s").format(
        sql.Identifier(name), sql.Identifier(f"back_{model._meta.db_table}")
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [product_id])
        return [value for (value,) in cursor.fetchall()]


def _free(slug: str) -> str:
    """The address it had, unless another product has it by now."""
    is_taken = Product.objects.filter(slug=slug).exists() or SlugRedirect.objects.filter(slug=slug).exists()
    return free_slug(slug, Product, "product") if is_taken else slug


def _upsert(model: Any) -> sql.Composable:
    columns = [field.column for field in model._meta.concrete_fields]
    taken = [name for name in columns if name != "id" and name not in _NOT_TAKEN_OVER.get(model, set())]
    return sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM {back} WHERE {whose} "
        "ON CONFLICT (id) DO UPDATE SET {changes}"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        back=sql.Identifier(f"back_{model._meta.db_table}"),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        whose=sql.SQL(_OF_PRODUCT[model]),
        changes=sql.SQL(", ").join(
            sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in taken
        ),
    )


def _name_again(product: Product) -> None:
    """Values that came since the backup get their own words back where these are free."""
    aside = OptionValue.objects.filter(option__product=product, is_active=False, value__contains=" ~")
    for value in aside:
        word = value.value.removesuffix(f" ~{value.pk}")
        if not OptionValue.objects.filter(option=value.option_id, value=word).exists():
            OptionValue.objects.filter(pk=value.pk).update(value=word)


def _files(product: Product) -> Iterator[str]:
    prefix = f"{require_store().uid}/"
    for media in product.media.all():
        for text in _texts([media.original, media.renditions]):
            if text.startswith(prefix):
                yield text.removeprefix(prefix)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
