"""The settings of a store: changed all at once or not at all, by those who may, in one store only."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.kernel import audit, profile, store_settings
from core.kernel.errors import CommerceError, InvalidInput
from tenants import context, hosts
from tenants.models import Role, Store, User
from tenants.permissions import SYSTEM

Browser = Callable[..., Client]
DAGO = "32.73.02.1004"
FORM = {
    "name": "Kopi Senja",
    "order_prefix": "SO",
    "payment_hours": "24",
    "low_stock_threshold": "5",
    "language": "id",
    "time_zone": "Asia/Jakarta",
}


def stored(store: Store) -> dict[str, Any]:
    """The settings as the database has them now."""
    with context.in_public():
        fresh = Store.objects.get(pk=store.pk)
    with context.in_store(fresh):
        return store_settings.current().values()


def test_both_sides_of_the_schema_line_change_together(store: Store):
    store_settings.update(
        changes={
            "name": "Kopi Fajar",
            "time_zone": "Asia/Makassar",
            "phone": "0812-3456-7890",
            "region_code": DAGO,
            "order_prefix": "kf",
        },
        actor=SYSTEM,
    )

    now = stored(store)
    assert (now["name"], now["time_zone"]) == ("Kopi Fajar", "Asia/Makassar")
    assert (now["phone"], now["order_prefix"], now["postcode"]) == ("+6281234567890", "KF", "40135")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "x" * 81),
        ("name", "a\x00b"),
        ("language", "fr"),
        ("time_zone", "Europe/Berlin"),
        ("email", "not-an-address"),
        ("phone", "12"),
        ("whatsapp_phone", "021 5790 5788"),
        ("region_code", "32"),
        ("region_code", "99.99.99"),
        ("postcode", "123"),
        ("order_prefix", "SO-1"),
        ("payment_hours", 0),
        ("payment_hours", 169),
        ("low_stock_threshold", -1),
        ("legal_name", "a\x00b"),
        ("address_line", "x" * 201),
        ("schema_name", "s_other"),
    ],
)
def test_one_wrong_value_changes_nothing_at_all(store: Store, field: str, value: Any):
    before = stored(store)

    with pytest.raises(CommerceError) as refusal:
        store_settings.update(changes={"legal_name": "New", "name": "New", field: value}, actor=SYSTEM)

    assert refusal.value.field == field  # type: ignore[attr-defined]
    assert stored(store) == before


def test_a_change_of_name_reaches_the_next_request(
    kopi: Store, sari: User, dashboard: Browser, django_capture_on_commit_callbacks: Any
):
    browser = dashboard(sari)
    assert "Kopi Senja" in browser.get("/settings/").content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        saved = browser.post("/settings/", {**FORM, "name": "Kopi Fajar"})

    assert saved.status_code == 302
    assert "Kopi Fajar" in browser.get("/settings/").content.decode()
    hosts.forget(kopi)


def test_what_was_changed_is_in_the_audit_log(store: Store):
    store_settings.update(changes={"name": "Kopi Fajar"}, actor=SYSTEM)

    assert [entry.changes for entry in audit.history("store", "1")] == [
        {"name": ["Kopi Senja", "Kopi Fajar"]}
    ]


def test_a_form_with_a_mistake_comes_back_as_it_was_typed(kopi: Store, sari: User, dashboard: Browser):
    answer = dashboard(sari).post("/settings/", {**FORM, "phone": "12", "legal_name": "PT Fajar"})

    assert answer.status_code == 422
    assert 'value="PT Fajar"' in answer.content.decode()
    assert stored(kopi)["legal_name"] == ""


def test_a_place_is_chosen_from_the_list_or_not_at_all(kopi: Store, sari: User, dashboard: Browser):
    browser = dashboard(sari)

    offered = browser.get("/settings/regions/?region_search=dago+bandung").content.decode()
    typed = browser.post("/settings/", {**FORM, "region_search": "dago"})
    chosen = browser.post("/settings/", {**FORM, "region_search": "Dago", "region_code": DAGO})

    assert DAGO in offered
    # Without scripts the answer offers the places to choose from.
    assert (typed.status_code, DAGO in typed.content.decode()) == (422, True)
    assert chosen.status_code == 302
    assert stored(kopi)["postcode"] == "40135"


def test_an_emptied_place_is_taken_away(kopi: Store, sari: User, dashboard: Browser):
    with context.in_store(kopi):
        profile.edit(changes={"region_code": DAGO, "postcode": "40135"}, actor=SYSTEM)

    dashboard(sari).post("/settings/", {**FORM, "region_code": DAGO, "region_search": ""})

    assert (stored(kopi)["region_code"], stored(kopi)["postcode"]) == ("", "")


@pytest.mark.parametrize("role", [Role.ORDERS, Role.WAREHOUSE, Role.CATALOGUE, Role.READ_ONLY])
def test_other_roles_may_not_change_settings(
    kopi: Store, member: Callable[[str], User], dashboard: Browser, role: str
):
    browser = dashboard(member(role))

    assert browser.get("/settings/").status_code == 403
    assert browser.post("/settings/", {**FORM, "name": "Hijacked"}).status_code == 403
    assert stored(kopi)["name"] == "Kopi Senja"


def test_a_stranger_is_sent_to_the_login(tono: User, dashboard: Browser):
    assert dashboard(tono).get("/settings/").status_code == 302


def test_the_api_reads_and_changes_the_same_settings(kopi: Store, api: Client):
    changed = api.patch(
        "/api/v1/settings",
        {"legal_name": "PT Kopi", "phone": "0812 3456 7890"},
        content_type="application/json",
    )

    assert changed.json()["legal_name"] == "PT Kopi"
    read = api.get("/api/v1/settings").json()
    assert (read["phone"], read["name"]) == ("+6281234567890", "Kopi Senja")
    assert {host["kind"] for host in read["hosts"]} == {"DASHBOARD", "STOREFRONT"}
    assert api.get("/api/v1/regions?q=dago").json()["items"][0]["code"]


@pytest.mark.parametrize(
    "body",
    [
        {"payment_hours": 10**30},
        {"name": "a\x00"},
        {"slug": "other"},
        {"phone": "x"},
        {"language": 1},
        {"name": ""},
        {"email": "nobody"},
    ],
)
def test_nonsense_by_the_api_changes_nothing(kopi: Store, api: Client, body: dict):
    before = stored(kopi)

    assert api.patch("/api/v1/settings", body, content_type="application/json").status_code == 422
    assert stored(kopi) == before


def test_a_number_that_is_none_is_refused(store: Store):
    with pytest.raises(InvalidInput):
        store_settings.update(changes={"order_prefix": ""}, actor=SYSTEM)
