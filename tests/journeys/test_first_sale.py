"""From nothing to the first parcel: what a new seller and their first shopper do, on two phones."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from tests.journeys.conftest import Running

pytestmark = pytest.mark.browser

TITLE = "Keripik Tempe Daun Jeruk"
PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo as a phone takes it: large, lying on its side, with EXIF."""
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Kamera Dewi"
    Image.radial_gradient("L").convert("RGB").resize((1600, 1200)).save(stream, "JPEG", exif=exif)
    path = tmp_path_factory.mktemp("camera") / "foto.jpg"
    path.write_bytes(stream.getvalue())
    return path


def test_a_stranger_opens_a_store_sells_is_paid_and_ships(
    running: Running, phone: BrowserContext, shopper: Page, photo: Path
) -> None:
    seller = phone.new_page()
    complaints: list[str] = []
    for page in (seller, shopper):
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda said: complaints.append(_complaint(said)))
        page.on("pageerror", lambda error: complaints.append(str(error)))

    dashboard = _sign_up(seller, running)
    shop = dashboard.replace(".app.", ".shop.")
    _add_product(seller, dashboard, photo)
    _count(seller, dashboard, units=12)
    _connect_midtrans(seller, dashboard)

    order_page = _buy(shopper, shop, units=2)
    _pay_at_the_gateway(shopper)
    expect(shopper).to_have_url(re.compile(re.escape(order_page)))

    order = _find_paid_order(seller, dashboard)
    _print_packing_slip(seller, order)
    _ship(seller, order, waybill="JP1234567890")

    shopper.goto(order_page)
    expect(shopper.locator("main")).to_contain_text("JP1234567890")
    assert _on_hand(seller, dashboard) == "10"
    _expect_mails(seller, running, order_page)
    assert [words for words in complaints if words] == []


def _complaint(said: ConsoleMessage) -> str:
    """An error of one of our own pages, in the browser's words. The gateway's page is not ours."""
    is_ours = "localhost" in said.location["url"]
    return f"{said.location['url']}: {said.text}" if said.type == "error" and is_ours else ""


def _fits(page: Page) -> None:
    """Nothing sticks out of a phone."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def _sign_up(page: Page, running: Running) -> str:
    """Three fields; returns the address of the new dashboard."""
    page.goto(f"{running.platform}/signup/")
    page.fill("[name=email]", "dewi@example.com")
    page.fill("[name=password]", "pisang goreng hangat")
    page.locator("[name=store_name]").press_sequentially("Toko Dewi")
    expect(page.locator("#address")).to_contain_text("toko-dewi")
    # Not a click: the proposed address may move the button in this very moment.
    page.press("[name=store_name]", "Enter")
    page.wait_for_url(f"{running.dashboard('toko-dewi')}/")
    expect(page.locator("h1")).to_contain_text("Toko Dewi")
    return running.dashboard("toko-dewi")


def _add_product(page: Page, dashboard: str, photo: Path) -> None:
    page.goto(f"{dashboard}/products/new/")
    page.locator("input[type=file]").first.set_input_files(photo)
    page.fill("[name=title]", TITLE)
    page.fill("[name=price_amount]", "25000")
    page.select_option("[name=status]", "ACTIVE")
    page.press("[name=price_amount]", "Enter")
    page.wait_for_url(re.compile(r"/products/prd_\w+/"))
    expect(page.locator("main img[src*='/media/']").first).to_be_visible()
    _fits(page)


def _count(page: Page, dashboard: str, *, units: int) -> None:
    page.goto(f"{dashboard}/stock/")
    _fits(page)
    page.fill("input[name=counted]", str(units))
    page.select_option("select[name=reason]", "FOUND")
    with page.expect_response(lambda answer: answer.request.method == "POST") as saved:
        page.locator(".recount__save").click()
    assert saved.value.status == 200


def _on_hand(page: Page, dashboard: str) -> str:
    page.goto(f"{dashboard}/stock/")
    return page.locator("input[name=counted]").input_value()


def _connect_midtrans(page: Page, dashboard: str) -> None:
    page.goto(f"{dashboard}/payments/methods/MIDTRANS/")
    page.fill("[name=server_key]", "SB-Mid-server-dewi")
    with page.expect_navigation():
        page.press("[name=server_key]", "Enter")
    assert "SB-Mid-server-dewi" not in page.content()


def _buy(page: Page, shop: str, *, units: int) -> str:
    """Puts units into the cart and orders them. Returns the address of the order's page."""
    page.goto(shop)
    page.locator(f"a:has-text('{TITLE}')").last.click()
    _fits(page)
    page.fill("[name=quantity]", str(units))
    page.locator("main form button[type=submit]").first.click()
    page.goto(f"{shop}/checkout/")
    page.fill("[name=phone]", "0812 3456 7890")
    page.fill("[name=name]", "Rina Wijaya")
    page.fill("[name=email]", "rina@example.com")
    page.locator("[name=area]").press_sequentially("40135", delay=30)
    page.locator("[role=option]").first.click()
    page.fill("[name=address_line]", "Jl. Ir. H. Juanda No. 100")
    expect(page.locator("[name=shipping_method]").first).to_be_checked()
    page.check("[name=payment_method][value=MIDTRANS]")
    expect(page.locator("main")).to_contain_text("Rp70.000")
    _fits(page)
    with page.expect_request(re.compile(r"/orders/[\w-]+/pay/$")) as leaving:
        page.locator("main form button[type=submit]").last.click()
    return leaving.value.url.removesuffix("pay/")


def _pay_at_the_gateway(page: Page) -> None:
    page.wait_for_url(re.compile(r"/midtrans/snap/"))
    page.locator("button[value=pay]").click()
    page.wait_for_url(re.compile(r"\.shop\.localhost"))


def _find_paid_order(page: Page, dashboard: str) -> str:
    """The gateway's word takes a moment to arrive. Returns the address of the order in the dashboard."""
    for _attempt in range(30):
        page.goto(f"{dashboard}/orders/?payment=PAID")
        row = page.locator("main a[href*='/orders/ord_']:has-text('SO-1001')").first
        if row.count():
            return f"{dashboard}{row.get_attribute('href')}"
        page.wait_for_timeout(500)
    raise AssertionError("the payment never arrived")


def _print_packing_slip(page: Page, order: str) -> None:
    page.goto(order)
    start = page.evaluate(
        "async url => { const answer = await fetch(url); return (await answer.text()).slice(0, 5) }",
        f"{order}packing-slip.pdf",
    )
    assert start == "%PDF-"


def _ship(page: Page, order: str, *, waybill: str) -> None:
    page.goto(order)
    page.fill("[name=courier_name]", "JNE")
    page.fill("[name=waybill]", waybill)
    with page.expect_navigation():
        page.press("[name=waybill]", "Enter")
    expect(page.locator("main")).to_contain_text(waybill)
    _fits(page)


def _expect_mails(page: Page, running: Running, order_page: str) -> None:
    """Both got theirs: the shopper a link to the order, the seller news of it."""
    page.goto(f"{running.platform}/inbox/?q=rina@example.com")
    expect(page.locator("main")).to_contain_text("SO-1001")
    page.goto(f"{running.platform}/inbox/?q=dewi@example.com")
    expect(page.locator("main")).to_contain_text("SO-1001")
