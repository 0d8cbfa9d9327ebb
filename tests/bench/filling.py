"""What the load runs on: one store with the catalogue that is measured, 100,000 orders, and other stores."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db import connection, transaction
from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from core.catalog import services as catalog
from core.catalog.models import Category, Media, Option, OptionValue, Product, Variant
from core.catalog.services.cards import refresh_card
from core.inventory import selectors as inventory
from core.inventory.models import StockItem
from core.kernel import ids
from core.orders.models import Order, OrderLine
from core.payments import services as payments
from tenants import context, provisioning, schemas, work
from tenants.models import HostKind, Store, StoreState, User
from tenants.permissions import SYSTEM
from tenants.sessions import AUDIENCE
from tests.factories.orders import placed_order
from tests.factories.shipping import flat_method
from tests.factories.shopping import sellable

SLUG, SHELVES, PRODUCTS = "bangku", 20, 1_000
_NOUNS = ["kemeja", "kaus", "sarung", "kopi", "teh", "cangkir", "batik", "tas", "sepatu", "topi", "lampu"]
_KINDS = ["merah", "biru", "halus", "tebal", "ringan"]
# Fifty-five of them, as a shopper types them.
WORDS = [f"{noun} {kind}" for noun in _NOUNS for kind in _KINDS]


def others(many: int, *, first: int = 0) -> None:
    """Stores beside the one that is measured, as empty as on the day they opened."""
    with ThreadPoolExecutor(2) as builders:
        list(builders.map(_other, range(first, first + max(many, 0))))


def _other(number: int) -> None:
    made = Store(
        schema_name=schemas.new_schema_name(),
        slug=f"lain-{number}",
        name=f"Lain {number}",
        state=StoreState.ACTIVE,
    )
    try:
        schemas.make(made.schema_name)
        schemas.furnish(made.schema_name)
        with transaction.atomic():
            Store.objects.bulk_create([made])
            provisioning.name_hosts(made)
        provisioning.prepare(made)
    finally:
        connection.close()


def store() -> tuple[Store, str, list[int]]:
    """The store, filled, the key of a session of its owner's, and its shelves."""
    owner = User.objects.create_user("pemilik@example.com", "tiga kata acak ini", name="Pemilik")
    made = provisioning.open_store(owner=owner, name="Bangku", slug=SLUG)
    while made.state != StoreState.ACTIVE:
        work.work_until_idle()
        time.sleep(0.1)
        made.refresh_from_db()
    Store.objects.filter(pk=made.pk).update(entitlements={"products": None})
    made.refresh_from_db()
    with context.in_store(made), transaction.atomic():
        _goods()
        payments.add_bank_account(bank="BCA", number="1234567890", holder="Bangku", actor=SYSTEM)
        payments.edit_method(code="MANUAL_TRANSFER", changes={"is_enabled": True}, actor=SYSTEM)
        flat_method()
        shelves = list(Category.objects.order_by("pk").values_list("pk", flat=True))
    return made, _session(owner, made), shelves


def scarce(units: int) -> tuple[str, str]:
    """A product of which so many are left: its variant's public id, and its address. Inside the store."""
    variant = sellable(units, title="Bangku terakhir")
    return variant.public_id, variant.product.slug


def sold_of(variant: str) -> tuple[int, int]:
    """Units of a variant that stand in orders, and that are promised. Inside the store."""
    pk = Variant.objects.get(public_id=variant).pk
    lines, items = OrderLine.objects.filter(variant_id=pk), StockItem.objects.filter(variant_id=pk)
    return (
        lines.aggregate(all=Coalesce(Sum("quantity"), 0))["all"],
        items.aggregate(all=Coalesce(Sum(F("allocated") + F("reserved")), 0))["all"],
    )


def open_shop(slug: str) -> Store:
    """One more store of the same owner's, with one shelf and no limit."""
    owner = User.objects.get(email="pemilik@example.com")
    made = provisioning.open_store(owner=owner, name=slug.title(), slug=slug)
    while made.state != StoreState.ACTIVE:
        work.work_until_idle()
        time.sleep(0.1)
        made.refresh_from_db()
    Store.objects.filter(pk=made.pk).update(entitlements={"products": None})
    with context.in_store(made):
        catalog.create_category(name="Rak", actor=SYSTEM)
    return made


def large(products: int) -> str:
    """A second store with so many products of one variant: its schema's name."""
    made = open_shop("gudang")
    with context.in_store(made), transaction.atomic(), connection.cursor() as cursor:
        shelf = Category.objects.get(name="Rak")
        cursor.execute(
            _MANY_PRODUCTS, {"many": products, "shelf": shelf.pk, "nouns": _NOUNS, "kinds": _KINDS}
        )
        cursor.execute(_MANY_VARIANTS)
    with context.in_store(made), connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_product; ANALYZE catalog_variant")
    return str(made.schema_name)


# As core.catalog.services.cards writes what a product is found by.
_MANY_PRODUCTS = """
INSERT INTO catalog_product (public_id, title, slug, description, status, category_id, tags, seo_title,
    seo_description, created_at, updated_at, price_min_amount, price_max_amount, in_stock, variant_count,
    search_text, search_vector)
SELECT 'prd_large' || n, title, 'barang-' || n, said, 'ACTIVE', %(shelf)s, '{}', '', '',
    now() - n * interval '1 minute', now(), 50000 + n, 50000 + n, true, 1, found,
    setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', found), 'B')
    || setweight(to_tsvector('simple', said), 'C') || setweight(to_tsvector('indonesian', title), 'D')
FROM (
    SELECT n, title, title || ' Rak G-' || n AS found, title || ' dari pengrajin kami. Nyaman.' AS said
    FROM (
        SELECT n, initcap((%(nouns)s)[1 + n %% 11] || ' ' || (%(kinds)s)[1 + n / 11 %% 5])
            || ' motif ' || substr(md5((n / 55 %% 700)::text), 1, 6) || ' ' || n AS title
        FROM generate_series(1, %(many)s) n
    ) named
) written
"""
_MANY_VARIANTS = """
INSERT INTO catalog_variant (public_id, product_id, sku, barcode, title, "values", price_amount, weight_grams,
    length_mm, width_mm, height_mm, position, is_active, in_stock)
SELECT replace(public_id, 'prd_', 'var_'), id, 'G-' || substr(public_id, 10), '', '', '{}', price_min_amount,
    250, 0, 0, 0, 0, true, true FROM catalog_product
"""


def _goods() -> None:
    shelves = [catalog.create_category(name=f"Rak {number}", actor=SYSTEM) for number in range(SHELVES)]
    place = inventory.default_location()
    for number in range(PRODUCTS):
        title = f"{WORDS[number % len(WORDS)].title()} {number}"
        product = Product.objects.create(
            public_id=f"prd_bench{number}",
            title=title,
            slug=f"barang-{number}",
            status="ACTIVE",
            category=shelves[number % SHELVES],
            description=f"{title} dari pengrajin kami.\n\n- Nyaman dipakai\n- Mudah dirawat\n" * 3,
        )
        option = Option.objects.create(product=product, name="Ukuran")
        Media.objects.create(
            public_id=f"med_bench{number}", product=product, state="READY", renditions=_drawn(number)
        )
        sizes = [OptionValue.objects.create(option=option, value=size) for size in "SML"]
        variants = Variant.objects.bulk_create(_variant(product, number, size) for size in sizes)
        StockItem.objects.bulk_create(
            StockItem(variant=variant, location=place, on_hand=1_000_000) for variant in variants
        )
        refresh_card(product)


def _variant(product: Product, number: int, size: OptionValue) -> Variant:
    return Variant(
        public_id=ids.new_id("var"),
        product=product,
        sku=f"B-{number}-{size.value}",
        title=size.value,
        values=[size.pk],
        price_amount=50_000 + number * 100,
        weight_grams=250,
        in_stock=True,
    )


def _drawn(number: int) -> dict[str, list[dict[str, object]]]:
    def rows(kind: str) -> Iterator[dict[str, object]]:
        for width in (320, 640, 1280):
            yield {"key": f"products/{number}/{width}.{kind}", "width": width, "height": width}

    return {
        "avif": list(rows("avif")),
        "webp": list(rows("webp")),
        "jpeg": [{"key": f"products/{number}/1280.jpg", "width": 1280, "height": 1280}],
    }


def orders(many: int) -> None:
    """Past orders of two lines, all but the newest hundred closed. Inside the store."""
    pattern = placed_order()
    fresh = {
        "number": "'BN-' || n",
        "public_id": "'ord_' || substr(md5('o' || n), 1, 22)",
        "token": "md5('t' || n)",
        "placed_at": "now() - n * interval '1 minute'",
        "state": "CASE WHEN n <= 100 THEN 'OPEN' ELSE 'CLOSED' END",
        "payment_state": "'PAID'",
        "fulfilment_state": "CASE WHEN n <= 100 THEN 'UNFULFILLED' ELSE 'DELIVERED' END",
        "paid_at": "now() - n * interval '1 minute'",
        "expires_at": "NULL",
    }
    with connection.cursor() as cursor:
        columns = [field.column for field in Order._meta.concrete_fields if not field.primary_key]
        told = ", ".join(fresh.get(column, f'"{column}"') for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        cursor.execute(
            f"INSERT INTO orders_order ({names}) SELECT {told} "
            f"FROM orders_order, generate_series(1, {many}) AS n WHERE id = {pattern.pk}"
        )
        lines = [
            field.column
            for field in pattern.lines.model._meta.concrete_fields
            if not field.primary_key and field.column != "order_id"
        ]
        names = ", ".join(f'line."{column}"' for column in lines)
        cursor.execute(
            f"INSERT INTO orders_orderline (order_id, {names.replace('line.', '')}) SELECT new.id, {names} "
            f"FROM orders_order new, orders_orderline line "
            f"WHERE new.number LIKE 'BN-%%' AND line.order_id = {pattern.pk}",
            [],
        )
        cursor.execute("ANALYZE")


def _session(user: User, at: Store) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[AUDIENCE] = f"{HostKind.DASHBOARD}:{at.uid}"
    session.save()
    return str(session.session_key)
