"""Marks every text of the store `batik`, and looks for the mark wherever another store's work left traces."""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.core import mail
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.utils import timezone
from redis import Redis

from core.kernel import profile
from tenants import context
from tenants.models import Job, JobState, Store
from tenants.permissions import SYSTEM
from tenants.store_model import StoreModel

CANARY = "CANARY-BATIK"
# As many as a test is likely to make of one kind: their keys are equal to those of the other store.
ROWS = 3
# Names of Redis keys that may hold the other store's texts.
_own_keys: list[str] = ["host:batik"]
# Tables in which no row could be made, and why; a test demands that there are none.
unmarked: list[str] = []
# What a rule of the table asks for beyond ones and zeros.
FITTING: dict[str, dict[str, Any]] = {"payments.Refund": {"amount": 1}, "kernel.AuditLink": {"position": -1}}
# One row per choice is there already, and no other text; or a text that nobody wrote.
FULL = {"payments.PaymentMethod", "kernel.AuditHead"}


def store_models() -> list[type[models.Model]]:
    """Every table of a store, those that others point to first."""
    return [model for model in apps.get_models() if issubclass(model, StoreModel)]


def plant(store: Store) -> None:
    """Fill every text column of every table of the other store with a mark that must be seen nowhere else."""
    refused: list[tuple[type[models.Model], Exception]] = []
    _own_keys[1:] = [f":{store.uid}:"]
    with context.in_store(store):
        profile.edit(
            changes={
                "legal_name": f"{CANARY}-name",
                "address_line": f"{CANARY}-address",
                "email": f"{CANARY.lower()}@example.com",
            },
            actor=SYSTEM,
        )
        left = store_models()
        for _ in range(4):  # the rows that others point to are made in an earlier round
            refused = [refusal for refusal in map(_try_to_fill, left) if refusal]
            left = [model for model, _ in refused]
    plant_duty(store)
    unmarked[:] = [f"{model._meta.label}: {why}" for model, why in refused]


def plant_duty(store: Store) -> None:
    """Leave a mark among the duties of all stores, which lie in one public table."""
    Job.objects.create(
        store=store,
        kind="tests.canary",
        payload={"text": CANARY},
        state=JobState.DEAD,
        last_error=CANARY,
        next_at=timezone.now(),
    )


def _try_to_fill(model: type[models.Model]) -> tuple[type[models.Model], Exception] | None:
    try:
        with transaction.atomic():
            _fill(model)
    except (DatabaseError, ValueError, TypeError) as refusal:
        return model, refusal
    return None


def _fill(model: type[models.Model]) -> None:
    """Up to three rows; one that the table takes is enough."""
    is_single = any(constraint.name.endswith("_one_row") for constraint in model._meta.constraints)
    if is_single or model._meta.label in FULL:
        return
    for number in range(1, ROWS + 1):
        try:
            with transaction.atomic():
                model._default_manager.bulk_create([model(**_facts(model, number))])
        except DatabaseError:
            if number == 1:
                raise


def _facts(model: type[models.Model], number: int) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    pointed_at: Counter[type[models.Model]] = Counter()
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            target = field.remote_field.model
            # Two keys to one table, as from here to there, point to two rows.
            facts[field.attname] = _row_of(field, number + pointed_at[target])
            pointed_at[target] += 1
        elif not field.primary_key and not field.generated:
            facts[field.attname] = _value(field, number)
    return {**facts, **FITTING.get(model._meta.label, {})}


def _row_of(field: Any, number: int) -> Any:
    if field.remote_field.model is field.model and field.null:
        return None
    rows = field.remote_field.model._default_manager.order_by("-pk").values_list("pk", flat=True)
    targets = list(rows[:ROWS]) or [None]
    return targets[(number - 1) % len(targets)]


def _value(field: Any, number: int) -> Any:
    mark = f"{CANARY}-{number}-{field.name}"
    if isinstance(field, ArrayField):
        is_text = isinstance(field.base_field, models.CharField) and not field.base_field.choices
        return [mark[: field.base_field.max_length]] if is_text else []
    if isinstance(field, models.JSONField):
        return [mark] if field.get_default() == [] else {"text": mark}
    if isinstance(field, models.FileField):
        return mark
    if isinstance(field, models.CharField | models.TextField):
        if field.choices:
            return field.choices[-number % len(field.choices)][0]
        fits = field.max_length is None or field.max_length >= len(CANARY) + 2
        return mark[: field.max_length] if fits else field.get_default() or str(number)
    return _plain_value(field, number)


def _plain_value(field: Any, number: int) -> Any:
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.DateTimeField):
        return None if field.null else timezone.now() + timedelta(days=number)
    if isinstance(field, models.DateField):
        return None if field.null else timezone.now().date()
    if isinstance(field, models.IntegerField) and not field.has_default():
        return None if field.null else int(not field.name.endswith("_amount"))
    return None if isinstance(field, SearchVectorField) else field.get_default()


def canary_columns(store: Store, model: type[models.Model]) -> int:
    """How many rows of `model` in this store carry a canary, over all its columns."""
    with context.in_store(store), connection.cursor() as cursor:
        cursor.execute(
            f'SELECT count(*) FROM "{model._meta.db_table}" AS t WHERE t::text ILIKE %s',
            [f"%{CANARY}%"],
        )
        return int(cursor.fetchone()[0])


# The search


class WatchedClient(Client):
    """A browser that fails the test when a page of another host shows a canary.

    A request ends on the platform's ground, as in a server; the test then goes on where it was.
    """

    def request(self, **request: Any) -> Any:
        with context.in_public():
            response = super().request(**request)
        host = request.get("HTTP_HOST") or self.defaults.get("HTTP_HOST", "")
        if host.startswith("batik"):
            return response
        if response.streaming:
            response.streaming_content = list(response.streaming_content)
            body = b"".join(response)
            response.streaming_content = [body]
        else:
            body = response.content
        seen = body.decode(errors="replace") + str(response.headers)
        assert CANARY.lower() not in seen.lower(), f"{host}{request.get('PATH_INFO')} shows a row of batik"
        return response


@pytest.fixture(autouse=True)
def _no_canary_escapes(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test that worked for kopi: no canary in its mails, logs, files or Redis."""
    if "kopi" not in request.fixturenames:
        yield
        return
    seen: list[str] = []
    ear = _Ear(seen)
    logging.getLogger().addHandler(ear)
    began = timezone.now().timestamp()
    yield
    logging.getLogger().removeHandler(ear)
    if "batik" in request.fixturenames or "other_store" in request.fixturenames:
        return
    seen.extend(_readable(message) for message in getattr(mail, "outbox", []))
    seen.extend(canaries_in_redis())
    seen.extend(_files_since(began))
    assert not [text for text in seen if CANARY.lower() in text.lower()]


def _readable(message: Any) -> str:
    parts = [*getattr(message, "alternatives", []), *message.attachments, message.extra_headers]
    return f"{message.subject} {message.body} {message.recipients()} {parts}"


class _Ear(logging.Handler):
    def __init__(self, seen: list[str]) -> None:
        super().__init__()
        self.seen = seen

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record.getMessage())


def _files_since(began: float) -> list[str]:
    """What was written to the media folder: names and contents."""
    found = (path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())
    fresh = (path for path in found if path.stat().st_mtime >= began - 1)
    return [f"{path} {path.read_bytes().decode(errors='replace')}" for path in fresh]


# In Redis itself: the keys that sessions and caches leave behind are thousands, one round trip each.
_SEARCH = """
local reads = {
    string = {'GET'}, list = {'LRANGE', 0, -1}, hash = {'HVALS'}, set = {'SMEMBERS'}, zset = {'ZRANGE', 0, -1}
}
local function is_own(name)
    for i = 2, #ARGV do if string.find(name, ARGV[i], 1, true) then return true end end
    return false
end
local found, cursor = {}, '0'
repeat
    local page = redis.call('SCAN', cursor, 'COUNT', 1000)
    cursor = page[1]
    for _, name in ipairs(page[2]) do
        local read = reads[redis.call('TYPE', name).ok]
        if read and not is_own(name) then
            local value = redis.call(read[1], name, unpack(read, 2))
            local text = name .. ' ' .. (type(value) == 'table' and table.concat(value, ' ') or value or '')
            if string.find(string.lower(text), ARGV[1], 1, true) then found[#found + 1] = text end
        end
    end
until cursor == '0'
return found
"""


def canaries_in_redis() -> list[str]:
    """The keys and values with a canary that this run's caches and queue hold, except batik's own keys."""
    found = Redis.from_url(settings.REDIS_URL).eval(_SEARCH, 0, CANARY.lower(), *_own_keys)
    return [text.decode(errors="replace") for text in found]
