"""Duties that leave a mark, take their time, or fail. Imported by the test and by the worker processes."""

import time

from django.db import connection

from core.kernel.models import NumberSequence
from tenants import context
from tenants.work import store_task


@store_task()
def leave_mark(*, name: str, seconds: float = 0) -> None:
    """Write, take a while, and write again: a crash in between must leave neither."""
    NumberSequence.objects.create(name=f"{name}-begun")
    time.sleep(seconds)
    NumberSequence.objects.create(name=f"{name}-ended")


@store_task(retries=0)
def say_where(*, number: int, slug: str, fails: bool) -> None:
    """Write down in which store and schema this ran; one in five fails after writing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = cursor.fetchone()[0]
    store = context.require_store()
    right = store.slug == slug and store.schema_name == schema
    NumberSequence.objects.create(name=f"{number}-{'right' if right else 'wrong'}")
    if fails:
        raise ValueError("this one fails")
