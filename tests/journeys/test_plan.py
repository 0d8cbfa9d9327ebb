"""A seller tries, pays by card, grows, falls behind, pays by QRIS and leaves, with time turned on."""

import json
import re
import urllib.request
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect

from tests.journeys.conftest import Running

pytestmark = pytest.mark.browser

PATIENCE_MS = 40_000


def test_a_seller_tries_pays_grows_falls_behind_recovers_and_leaves(
    running: Running, phone: BrowserContext
) -> None:
    page = phone.new_page()
    page.set_default_timeout(PATIENCE_MS)
    desk = _sign_up(page, running)
    expect(page.goto(f"{desk}/plan/") and page.locator("main")).to_contain_text("Professional")

    _take_by_card(page, desk, "basic")
    _turn_clock(page, days=16)
    _wait_for(page, desk, "Pembayaran berikutnya Rp459.000")

    page.goto(f"{desk}/plan/choose/professional/?interval=MONTH&currency=IDR")
    expect(page.locator("main")).to_contain_text("Dibayar sekarang")
    page.locator("form[action$='/change/'] button").click()
    _wait_for(page, desk, "Pembayaran berikutnya Rp1.249.000")

    page.goto(f"{desk}/plan/choose/basic/?interval=MONTH&currency=IDR")
    page.locator("form[action$='/change/'] button").click()
    _wait_for(page, desk, "Anda memakai paket Basic")

    _let_the_bank_refuse()
    _turn_clock(page, days=32)
    _wait_for(page, desk, "Ada pembayaran yang belum masuk")
    _turn_clock(page, days=8)
    _expect_read_only(page, desk)

    _wait_for(page, desk, "Bayar INV-")
    page.locator("main a.btn[href*='/plan/invoices/']").first.click()
    page.locator("form[action$='/pay/'] button").click()
    page.wait_for_url(re.compile(r"/midtrans/snap/"))
    page.locator("button[value=pay]").click()
    page.wait_for_url(re.compile(r"/plan/invoices/"))
    _wait_for(page, desk, "Pembayaran berikutnya")

    page.goto(f"{desk}/plan/")
    page.locator("summary:has-text('Berhenti berlangganan')").click()
    page.locator("form[action$='/cancel/'] button").click()
    _wait_for(page, desk, "Paket Anda berakhir pada")
    page.goto(f"{desk}/settings/data/")
    expect(page.locator("main")).to_contain_text("Bawa semuanya")


_fakes: dict[str, str] = {}


def _sign_up(page: Page, running: Running) -> str:
    facts = json.loads((running.data_dir / "running.json").read_text())
    _fakes["stripe"] = facts["STRIPE_API_BASE"]
    page.goto(f"{running.platform}/signup/")
    page.fill("[name=email]", "rini@example.com")
    page.fill("[name=password]", "sambal terasi pedas")
    page.locator("[name=store_name]").press_sequentially("Sambal Rini")
    expect(page.locator("#address")).to_contain_text("sambal-rini")
    page.press("[name=store_name]", "Enter")
    page.wait_for_url(f"{running.dashboard('sambal-rini')}/")
    return running.dashboard("sambal-rini")


def _take_by_card(page: Page, desk: str, plan: str) -> None:
    page.goto(f"{desk}/plan/choose/")
    page.locator(f"main a[href*='/plan/choose/{plan}/']").click()
    page.locator("form[action$='/card/'] button").click()
    page.wait_for_url(re.compile(r"/stripe/c/pay/"))
    page.fill("[name=number]", "4242424242424242")
    page.fill("[name=exp]", "12/34")
    page.fill("[name=cvc]", "123")
    page.locator("button[value=pay]").click()
    page.wait_for_url(re.compile(rf"{re.escape(desk)}/plan/"))


def _turn_clock(page: Page, *, days: int) -> None:
    """Both clocks are one: what falls due happens at the fake, and the platform hears of it."""
    _dial({"advance_seconds": int(timedelta(days=days).total_seconds())})


def _let_the_bank_refuse() -> None:
    with urllib.request.urlopen(f"{_fakes['stripe']}/_control?objects=customer", timeout=10) as answer:
        (customer,) = json.load(answer)
    _dial({"mood": {"customer": customer["id"], "code": "insufficient_funds"}})


def _dial(command: dict[str, object]) -> None:
    told = urllib.request.Request(
        f"{_fakes['stripe']}/_control",
        json.dumps(command).encode(),
        {"Content-Type": "application/json", "Accept": "application/json"},
    )
    with urllib.request.urlopen(told, timeout=60) as answer:
        assert answer.status == 200


def _wait_for(page: Page, desk: str, words: str) -> None:
    """The news takes a moment: the fake tells, a worker asks back."""
    for _attempt in range(80):
        _go(page, f"{desk}/plan/")
        if words in page.locator("main").inner_text():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{words} never came: {page.locator('main').inner_text()}")


def _go(page: Page, url: str) -> None:
    """Go there, also while the answer to a form is still on its way."""
    try:
        page.goto(url)
    except Error:
        page.wait_for_timeout(1_000)
        page.goto(url)


def _expect_read_only(page: Page, desk: str) -> None:
    """Everything can be read; what is written is refused with the way to pay."""
    for _attempt in range(80):
        _go(page, f"{desk}/products/new/")
        page.fill("[name=title]", "Sambal bawang")
        page.fill("[name=price_amount]", "20000")
        page.press("[name=price_amount]", "Enter")
        page.wait_for_load_state()
        if "hanya bisa dibaca" in page.locator("body").inner_text():
            break
        page.wait_for_timeout(1_000)
    else:
        raise AssertionError(page.locator("body").inner_text()[:2000])
    _go(page, f"{desk}/products/")
    expect(page.locator("h1")).to_contain_text("Produk")
