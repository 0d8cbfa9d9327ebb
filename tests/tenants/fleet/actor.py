"""`python -m tests.tenants.fleet.actor stores 28 | serve | migrate_fleet`: who takes part in a roll-out."""

import os
import signal
import sys
import traceback

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.tenants.fleet.settings"

import django
from django.core.management import execute_from_command_line

django.setup()

from core.customers.models import Customer  # noqa: E402
from tenants import context, schemas  # noqa: E402
from tenants.models import Store, StoreState  # noqa: E402
from tests.factories.customers import customer  # noqa: E402


def make_stores(number: int) -> None:
    """Stores with tables and nothing in them."""
    for count in range(number):
        name = schemas.new_schema_name()
        schemas.make(name)
        schemas.furnish(name)
        Store.objects.create(
            schema_name=name, slug=f"toko-{count}", name=f"Toko {count}", state=StoreState.ACTIVE
        )


def serve() -> None:
    """Be code of the release before: write and read in every store until told to stop; say what failed."""
    stores, going, served = list(Store.objects.filter(state=StoreState.ACTIVE)), [True], 0
    signal.signal(signal.SIGTERM, lambda *told: going.clear())
    print("serving", flush=True)
    while going:
        for store in stores:
            try:
                with context.in_store(store):
                    made = customer(name=f"Dewi {served}")
                    Customer.objects.filter(pk=made.pk).update(note="seen")
                    assert Customer.objects.get(pk=made.pk).note == "seen"
            except Exception:
                print("FAILED", store.slug, traceback.format_exc(), flush=True)
            served += 1
    print(f"served {served}", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "stores":
        make_stores(int(sys.argv[2]))
    elif sys.argv[1] == "serve":
        serve()
    else:
        execute_from_command_line(["manage.py", *sys.argv[1:]])
