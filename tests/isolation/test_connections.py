"""T-POOL: many threads on kept connections, each always in the store that it means (A01)."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection, connections, transaction

from tenants import context, schemas
from tenants.models import Store

THREADS, STORES, CHECKS = 8, 6, 1_200


class Bang(Exception):
    """The work broke off."""


@pytest.fixture
def six_stores(transactional_db: None) -> Iterator[list[Store]]:
    """The two that are there, and four more schemas with nothing in them."""
    stores = list(Store.objects.order_by("pk"))
    for number in range(STORES - len(stores)):
        name = schemas.new_schema_name()
        schemas.make(name)
        stores.append(Store(pk=9_000 + number, slug=f"pool-{number}", schema_name=name))
    yield stores
    for store in stores[2:]:
        schemas.drop(store.schema_name)


def schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def one_round(chance: random.Random, stores: list[Store], wrong: list[str]) -> None:
    """Go into a store in one of the ways that requests and duties do, look, and leave it somehow."""
    store = chance.choice(stores)
    with suppress(Bang), context.in_store(store):
        if chance.random() < 0.5:
            with transaction.atomic():
                wrong += [] if schema() == store.schema_name else [store.slug]
                if chance.random() < 0.5:
                    raise Bang
        else:
            wrong += [] if schema() == store.schema_name else [store.slug]
    if chance.random() < 0.1:
        connection.close()
    if schema() != "public":
        wrong.append(f"left {store.slug}")


def test_twelve_hundred_looks_find_the_right_store(six_stores: list[Store]):
    wrong: list[str] = []
    gate = threading.Barrier(THREADS)

    def go(seed: int) -> None:
        chance = random.Random(seed)
        gate.wait()
        for _ in range(CHECKS // THREADS):
            one_round(chance, six_stores, wrong)
        connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(go, range(THREADS)))

    assert wrong == []
