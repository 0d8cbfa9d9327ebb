"""What the load runs on: one store with the catalogue that is measured, 100,000 orders, and other stores."""

import time
from collections.abc import Iterator

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db import connection, transaction

from core.catalog import services as catalog
from core.catalog.models import Media, Option, OptionValue, Product, Variant
from core.catalog.services.cards import refresh_card
from core.inventory import selectors as inventory
from core.inventory.models import StockItem
from core.kernel import ids
from core.orders.models import Order
from core.payments import services as payments
from tenants import blueprint, context, provisioning, schemas, work
from tenants.models import HostKind, Store, StoreState, User
from tenants.permissions import SYSTEM
from tenants.sessions import AUDIENCE
from tests.factories.orders import placed_order
from tests.factories.shipping import flat_method

SLUG, SHELVES, PRODUCTS = "bangku", 20, 1_000
_NOUNS = ["kemeja", "kaus", "sarung", "kopi", "teh", "cangkir", "batik", "tas", "sepatu", "topi", "lampu"]
_KINDS = ["merah", "biru", "halus", "tebal", "ringan"]
# Fifty-five of them, as a shopper types them.
WORDS = [f"{noun} {kind}" for noun in _NOUNS for kind in _KINDS]


def others(many: int) -> None:
    """Stores beside the one that is measured: the catalogue of the database grows with them."""
    for number in range(many):
        name = schemas.new_schema_name()
        schemas.make(name)
        with schemas.migrating(name):
            blueprint.replay()
        facts = {"slug": f"lain-{number}", "name": f"Lain {number}", "state": StoreState.ACTIVE}
        Store.objects.create(schema_name=name, **facts)


def store() -> tuple[Store, str]:
    """The store, filled, and the key of a session of its owner's."""
    owner = User.objects.create_user("pemilik@example.com", "tiga kata acak ini", name="Pemilik")
    made = provisioning.open_store(owner=owner, name="Bangku", slug=SLUG)
    while made.state != StoreState.ACTIVE:
        work.work_until_idle()
        time.sleep(0.1)
        made.refresh_from_db()
    Store.objects.filter(pk=made.pk).update(entitlements={})
    made.refresh_from_db()
    with context.in_store(made), transaction.atomic():
        _goods()
        payments.add_bank_account(bank="BCA", number="1234567890", holder="Bangku", actor=SYSTEM)
        payments.edit_method(code="MANUAL_TRANSFER", changes={"is_enabled": True}, actor=SYSTEM)
        flat_method()
    return made, _session(owner, made)


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
