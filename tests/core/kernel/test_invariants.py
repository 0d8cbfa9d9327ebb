"""The rules that must always hold: green where people live, red and by name on a row that is broken."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from config.demo import goods, sales, shopfront, story
from config.demo.catalogue import kopi
from config.demo.catalogue.parts import DemoCatalogue
from config.demo.people import STORES, people
from config.demo.story import Fate, Sale
from core.kernel import invariants
from core.kernel.models import AuditEntry
from tenants import context, routines, work
from tenants.models import Breach, Job, Store
from tenants.permissions import SYSTEM

NOW = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
WARES = DemoCatalogue(kopi.CATEGORIES, kopi.catalogue().brands, kopi.catalogue().products[:2])


@pytest.fixture
def lived_in(store: Store) -> Store:
    """A store in which an order of every fate has happened."""
    skus = [product.variants[0].sku for product in WARES.products]
    told = [
        Sale(NOW - timedelta(days=9 + n), person, dict.fromkeys(skus, 2), "MANUAL_TRANSFER", fate, False, "")
        for n, (fate, person) in enumerate(zip(Fate, people(len(Fate)), strict=True))
    ]
    shopfront.furnish(STORES[0], now=NOW)
    goods.fill(WARES, opened_at=NOW - timedelta(days=65))
    goods.deliver(WARES, sold=story.units_sold(told), at=NOW - timedelta(days=64))
    sales.live(sorted(told, key=lambda sale: sale.at), staff=SYSTEM, now=NOW)
    context.run_last_acts()
    with context.in_public():
        Job.objects.all().delete()
    return store


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def broken() -> dict[str, list[tuple[str, str, str]]]:
    return {
        result.rule.id: [(each.subject, each.expected, each.found) for each in result.violations]
        for result in invariants.check()
        if result.violations
    }


def test_everything_holds_in_a_store_that_was_lived_in(lived_in: Store):
    assert broken() == {}


def test_no_rule_asks_more_the_more_there_is(lived_in: Store):
    """Two statements each at most, but for the walk along the chain, whatever the store holds."""
    asked = {result.rule.id: result.queries for result in invariants.check()}

    assert len(asked) >= 25
    assert {rule: queries for rule, queries in asked.items() if queries > 2} == {"INV-12.1": 5}


ITEM = "(SELECT id FROM inventory_stockitem WHERE on_hand > 5 ORDER BY id LIMIT 1)"
PAID = "(SELECT id FROM orders_order WHERE payment_state = 'PAID' ORDER BY id LIMIT 1)"
SENT = "(SELECT id FROM orders_order WHERE fulfilment_state = 'DELIVERED' ORDER BY id LIMIT 1)"
LINE = "(SELECT id FROM orders_orderline ORDER BY id LIMIT 1)"
REFUND = "(SELECT id FROM payments_refund ORDER BY id LIMIT 1)"
UNCHECKED = "ALTER TABLE {} DROP CONSTRAINT {}; "
WRONGS = {
    "INV-1.1": f"UPDATE inventory_stockitem SET on_hand = on_hand + 3 WHERE id = {ITEM}",
    "INV-1.2": f"UPDATE inventory_stockitem SET allocated = allocated + 1 WHERE id = {ITEM}",
    "INV-1.3": f"UPDATE inventory_stockitem SET reserved = reserved + 1 WHERE id = {ITEM}",
    "INV-1.4": UNCHECKED.format("inventory_stockitem", "stock_never_oversold")
    + f"UPDATE inventory_stockitem SET allocated = on_hand + 1 WHERE id = {ITEM}",
    "INV-1.5": "UPDATE inventory_stockmovement SET on_hand_after = on_hand_after + 1 "
    "WHERE id = (SELECT max(id) FROM inventory_stockmovement)",
    "INV-1.6": "UPDATE catalog_variant SET in_stock = NOT in_stock "
    "WHERE id = (SELECT min(id) FROM catalog_variant)",
    "INV-1.7": "UPDATE orders_order SET state = 'CANCELLED' WHERE id = (SELECT min(id) FROM orders_order "
    "WHERE state = 'OPEN' AND fulfilment_state = 'UNFULFILLED')",
    "INV-2.1": UNCHECKED.format("orders_orderline", "order_line_adds_up")
    + f"UPDATE orders_orderline SET total_amount = total_amount + 1 WHERE id = {LINE}",
    "INV-2.2": UNCHECKED.format("orders_order", "order_amounts_add_up")
    + f"UPDATE orders_order SET discount_amount = 1 WHERE id = {PAID}",
    "INV-2.3": UNCHECKED.format("orders_orderline", "order_line_adds_up")
    + f"UPDATE orders_orderline SET unit_amount = unit_amount + 1 WHERE id = {LINE}",
    "INV-2.4": "INSERT INTO kernel_numbersequence (name, last_number) VALUES ('invoice-2025', 1)",
    "INV-2.5": "UPDATE customers_customer SET order_count = order_count + 1 "
    "WHERE id = (SELECT min(id) FROM customers_customer)",
    "INV-3.1": f"UPDATE orders_order SET fulfilment_state = 'UNFULFILLED' WHERE id = {SENT}",
    "INV-3.2": f"UPDATE payments_payment SET state = 'EXPIRED' WHERE order_id = {PAID}",
    "INV-3.3": f"UPDATE orders_order SET payment_state = 'UNPAID' WHERE id = {PAID}",
    "INV-3.4": "DELETE FROM fulfilment_fulfilmentline "
    "WHERE id = (SELECT min(id) FROM fulfilment_fulfilmentline)",
    "INV-3.5": f"UPDATE fulfilment_fulfilment SET state = 'SHIPPED' WHERE order_id = {SENT}",
    "INV-4.1": f"UPDATE payments_refund SET amount = 999999999 WHERE id = {REFUND}",
    "INV-4.2": f"UPDATE payments_refund SET amount = amount - 1 WHERE id = {REFUND}",
    "INV-4.3": f"UPDATE orders_order SET refunded_amount = 1 WHERE id = {PAID}",
    "INV-6.1": "INSERT INTO payments_gatewaymessage (provider, event_key, reference, outcome, amount, body, "
    "received_at, state, note) "
    "VALUES ('midtrans', 'x', 'SO-1', 'PAID', 1, '{}', '2026-01-01', 'RECEIVED', '')",
    "INV-7.1": "UPDATE kernel_numbersequence SET last_number = last_number + 1 WHERE name = 'order'",
    "INV-7.2": "UPDATE checkout_cart SET order_id = 999999 WHERE id = (SELECT min(id) FROM checkout_cart)",
    "INV-11.1": "INSERT INTO inventory_reservation (public_id, stock_item_id, reference, quantity, note, "
    f"actor_name, created_at, expires_at) VALUES ('rsv_x', {ITEM}, 'R1', 1, '', '', now(), '2026-01-01')",
    "INV-12.1": "UPDATE kernel_auditentry SET actor_name = 'Budi' "
    "WHERE id = (SELECT max(id) FROM kernel_auditentry)",
    "INV-13.1": "UPDATE catalog_product SET price_max_amount = price_max_amount + 1 "
    "WHERE id = (SELECT min(id) FROM catalog_product)",
}


def test_each_rule_goes_red_on_the_row_that_breaks_it(lived_in: Store):
    found = {}
    for rule, wrong in WRONGS.items():
        with transaction.atomic():
            sql(wrong)
            found[rule] = broken().get(rule, [])
            transaction.set_rollback(True)

    assert {rule for rule, rows in found.items() if not 1 <= len(rows) <= 2} == set()
    assert [rule for rule, [(subject, want, is_), *_] in found.items() if not subject or want == is_] == []
    assert broken() == {}


def test_a_duty_that_nobody_takes_is_named(lived_in: Store):
    long_ago = NOW - timedelta(days=300)
    with context.in_public():
        Job.objects.create(store=lived_in, kind="tests.forgotten", next_at=long_ago)

    assert [subject for subject, *_ in broken()["INV-11.2"]] == ["tests.forgotten"]


def test_every_rule_has_been_seen_red(store: Store):
    """A rule of a room above the kernel that came later brings its own line, or its own test."""
    elsewhere = {"INV-11.2"}

    assert {rule.id for rule in invariants.rules()} == set(WRONGS) | elsewhere


def test_a_count_names_its_sku_and_place(lived_in: Store):
    sql(WRONGS["INV-1.1"])

    (subject, expected, found) = broken()["INV-1.1"][0]

    assert subject.startswith(WARES.products[0].variants[0].sku[:3])
    assert int(found) == int(expected) + 3


# The console hears of it


def breaches(store: Store) -> list[tuple[str, bool]]:
    with context.in_public():
        rows = Breach.objects.filter(store=store).order_by("rule", "pk")
        return [(row.rule, row.ended_at is None) for row in rows]


def test_what_is_broken_is_an_alert_until_it_is_mended(lived_in: Store):
    sql(WRONGS["INV-7.1"])
    invariants.check_and_tell()
    invariants.check_and_tell()
    assert breaches(lived_in) == [("INV-7.1", True)]

    sql("UPDATE kernel_numbersequence SET last_number = last_number - 1 WHERE name = 'order'")
    invariants.check_and_tell()
    assert breaches(lived_in) == [("INV-7.1", False)]


def test_every_store_looks_every_hour_in_a_duty_of_its_own(lived_in: Store, batik: Store):
    sql(WRONGS["INV-7.1"])

    routines.start_all()
    work.work_until_idle()

    assert ("INV-7.1", True) in breaches(lived_in)
    with context.in_public():
        kinds = Job.objects.filter(kind="core.kernel.tasks.check_invariants").values_list("store_id", "state")
        assert set(kinds) == {(lived_in.pk, "DONE"), (batik.pk, "DONE")}


# The command


def test_the_command_prints_each_rule_and_fails_on_a_violation(
    lived_in: Store, capsys: pytest.CaptureFixture
):
    call_command("check_invariants", store="kopi")
    printed = capsys.readouterr().out
    assert all(rule.id in printed for rule in invariants.rules())

    sql(WRONGS["INV-7.1"])
    with pytest.raises(CommandError, match="1 violations"):
        call_command("check_invariants", store="kopi")
    assert "INV-7.1 orders:" in capsys.readouterr().out


def test_looking_changes_nothing_in_the_store(lived_in: Store):
    before = AuditEntry.objects.count()

    invariants.check_and_tell()

    assert AuditEntry.objects.count() == before
