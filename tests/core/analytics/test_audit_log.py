"""The audit log's page, file and API."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from core.analytics.audit_words import ACTIONS, SUBJECTS
from core.kernel import audit, history
from tenants import context
from tenants.models import Role, Store, User
from tenants.permissions import SYSTEM, Actor
from tests.architecture.source import ROOT
from tests.factories.orders import placed_order

BUDI = Actor("MEMBER", "budi-uid", "Budi")
KEY = Actor("API_KEY", "key_1", "Cash desk")


@pytest.fixture
def log(kopi: Store) -> None:
    """Three acts: by Budi in June, by a key in July, by itself in August."""
    acts = (
        (6, BUDI, "customer.edited", "customer", "cus_1", {"name": ["Dewi", "Dewi Lestari"]}),
        (7, KEY, "product.edited", "product", "prd_1", {"price_amount": [50_000, 60_000]}),
        (8, SYSTEM, "order.paid", "order", "ord_1", {"payment_state": ["UNPAID", "PAID"]}),
    )
    with context.in_store(kopi):
        for month, actor, action, subject, subject_id, changes in acts:
            with history.at(datetime(2026, month, 1, 5, tzinfo=UTC)):
                audit.write(
                    actor=actor, action=action, subject=subject, subject_id=subject_id, changes=changes
                )
        context.run_last_acts()


def listed(client: Client, **asked: str) -> list[str]:
    answer = client.get("/api/v1/audit-entries", asked)
    assert answer.status_code == 200, answer.content
    mine = {"cus_1", "prd_1", "ord_1"}
    return [row["subject_id"] for row in answer.json()["items"] if row["subject_id"] in mine]


def page(client: Client, **asked: str) -> str:
    client.cookies["lang"] = "en"
    answer = client.get("/settings/audit/", asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_tells_who_did_what_when_and_each_field(log: None, sari: User, dashboard):
    text = page(dashboard(sari), q="prd_1")

    assert "Product changed" in text
    assert "Cash desk" in text
    assert "1 Jul 2026" in text
    assert re.search(r"price amount.*Rp50.000.*Rp60.000", text, re.DOTALL)
    assert "cus_1" not in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["ord_1", "prd_1", "cus_1"]),
        ({"actor": "MEMBER:budi-uid"}, ["cus_1"]),
        ({"actor": "SYSTEM"}, ["ord_1"]),
        ({"subject": "product"}, ["prd_1"]),
        ({"action": "order.paid"}, ["ord_1"]),
        ({"since": "2026-07-01"}, ["ord_1", "prd_1"]),
        ({"until": "2026-07-01"}, ["prd_1", "cus_1"]),
        ({"since": "2026-07-01", "until": "2026-07-01"}, ["prd_1"]),
        ({"q": "lestari"}, ["cus_1"]),
        ({"q": "ORD_1"}, ["ord_1"]),
        ({"q": "Cash"}, ["prd_1"]),
        ({"q": "nobody did this"}, []),
    ],
)
def test_every_filter_narrows_page_and_api_alike(
    log: None, sari: User, dashboard, api: Client, asked: dict[str, str], found: list[str]
):
    assert listed(api, **asked) == found

    text = page(dashboard(sari), **asked)
    assert [name for name in ("ord_1", "prd_1", "cus_1") if f"{name}<" in text] == found


def test_pages_follow_each_other(log: None, api: Client):
    first = api.get("/api/v1/audit-entries", {"limit": 1}).json()
    second = api.get("/api/v1/audit-entries", {"limit": 1, "after": first["next"]}).json()

    assert first["items"] != second["items"]
    assert first["items"][0]["at"] > second["items"][0]["at"]


def test_an_entry_carries_its_place_in_the_chain(log: None, api: Client):
    entry = api.get("/api/v1/audit-entries", {"action": "product.edited"}).json()["items"][0]

    assert entry["position"] >= 1
    assert re.fullmatch(r"[0-9a-f]{64}", entry["hash"])
    assert entry["actor"] == {"kind": "API_KEY", "id": "key_1", "name": "Cash desk"}
    assert entry["changes"] == [{"field": "price_amount", "before": 50_000, "after": 60_000}]


def test_the_file_has_a_line_per_field_and_runs_nothing(log: None, kopi: Store, sari: User, dashboard):
    with context.in_store(kopi):
        audit.write(
            actor=BUDI, action="customer.edited", subject="customer", subject_id="cus_1",
            changes={"name": ["Dewi", "=cmd()"], "note": ["", "x"]},
        )  # fmt: skip

    answer = dashboard(sari).get("/settings/audit/export.csv", {"subject": "customer"})

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]
    assert [(row[7], row[8], row[9]) for row in rows] == [
        ("name", "Dewi", "'=cmd()"),
        ("note", "", "x"),
        ("name", "Dewi", "Dewi Lestari"),
    ]


def test_things_have_their_names_and_variants_their_fields(kopi: Store, sari: User, dashboard, api: Client):
    with context.in_store(kopi):
        order = placed_order()
        audit.write(
            actor=BUDI,
            action="variants.edited",
            subject="product",
            subject_id="prd_gone",
            changes={"GAYO-250": {"price_amount": [50_000, 60_000]}},
        )

    text = page(dashboard(sari), q=order.public_id)
    assert f">{order.number}</a>" in text

    entry = api.get("/api/v1/audit-entries", {"q": "prd_gone"}).json()["items"][0]
    assert entry["changes"] == [{"field": "GAYO-250.price_amount", "before": 50_000, "after": 60_000}]


def test_what_cannot_be_is_not_asked_for(log: None, sari: User, dashboard, api: Client):
    text = page(dashboard(sari), subject="nothing", since="yesterday", q="\x00")
    assert "prd_1" in text

    assert api.get("/api/v1/audit-entries", {"since": "yesterday"}).status_code == 422
    assert api.get("/api/v1/audit-entries", {"after": "bm9uc2Vuc2U"}).status_code == 422


@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.FINANCE, Role.WAREHOUSE, Role.CATALOGUE])
def test_only_owner_and_admin_see_it(log: None, member, dashboard, role: str):
    client = dashboard(member(role))

    assert client.get("/settings/audit/").status_code == 403
    assert client.get("/settings/audit/export.csv").status_code == 403


def test_an_admin_sees_it(log: None, member, dashboard):
    assert "prd_1" in page(dashboard(member(Role.ADMIN)))


def test_the_other_store_sees_nothing_of_it(log: None, tono: User, batik: Store, dashboard):
    assert "prd_1" not in page(dashboard(tono, batik))


def test_a_page_of_fifty_asks_no_more_than_one_of_three(
    log: None, kopi: Store, sari: User, dashboard, django_assert_max_num_queries
):
    with context.in_store(kopi):
        for number in range(60):
            audit.write(actor=BUDI, action="order.paid", subject="order", subject_id=f"ord_{number}")
    client = dashboard(sari)
    page(client)

    with django_assert_max_num_queries(12):
        page(client)


def test_every_action_and_thing_in_the_code_has_words():
    """Found where it is written: a new action without words shows here."""
    texts = [path.read_text() for path in Path(ROOT).glob("core/**/services/**/*.py")]
    texts += [path.read_text() for path in Path(ROOT).glob("core/**/services.py")]
    texts += [path.read_text() for path in Path(ROOT).glob("storefront/services/*.py")]
    texts += [path.read_text() for path in Path(ROOT).glob("core/kernel/*.py")]
    written = set(re.findall(r'action="([a-z_]+\.[a-z_]+)"', "".join(texts)))
    subjects = set(re.findall(r'audit\.write\([^)]*?subject="([a-z_]+)"', "".join(texts), re.DOTALL))

    assert len(written) > 30
    assert written - ACTIONS.keys() == set()
    assert len(subjects) > 10
    assert subjects - SUBJECTS.keys() == set()
