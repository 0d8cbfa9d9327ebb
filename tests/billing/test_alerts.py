"""What does not add up shows in the console, and nowhere in a store."""

from django.test import Client

from tenants import breaches
from tenants.breaches import Violation
from tenants.models import Store, User

LOST = Violation("inventory", "INV-1.1", "GAYO-250 at UTAMA", "7", "10")


def test_everything_in_order_is_said_so(console: Client):
    console.cookies["lang"] = "en"

    assert "Everything adds up" in console.get("/alerts/").content.decode()
    assert "INV-" not in console.get("/").content.decode()


def test_an_alert_names_rule_store_and_figures(console: Client, kopi: Store):
    breaches.keep(store=kopi, found=[LOST])
    breaches.keep(store=None, found=[Violation("tenants", "INV-8.3", "schema s_x", "a store", "none")])

    page = console.get("/alerts/").content.decode()

    for text in ("INV-1.1", "GAYO-250 at UTAMA", "kopi", "7", "10", "INV-8.3", "schema s_x"):
        assert text in page


def test_every_other_page_of_the_console_says_how_many(console: Client, kopi: Store):
    console.cookies["lang"] = "en"
    breaches.keep(store=kopi, found=[LOST])

    for address in ("/", "/log/", "/stores/kopi/"):
        page = console.get(address).content.decode()
        assert "1 thing does not add up" in page
        assert "/alerts/" in page


def test_a_mended_store_is_no_alert(console: Client, kopi: Store):
    breaches.keep(store=kopi, found=[LOST])
    breaches.keep(store=kopi, found=[])

    assert "INV-1.1" not in console.get("/alerts/").content.decode()


def test_sellers_see_nothing_of_it(kopi: Store, sari: User, dashboard):
    breaches.keep(store=kopi, found=[LOST])
    client = dashboard(sari)

    for address in ("/", "/work/", "/settings/audit/"):
        assert "INV-1.1" not in client.get(address).content.decode()
