"""An account by hand: a passkey instead of a password, and a colleague who is asked to join."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import PHONE, Running

pytestmark = pytest.mark.browser
PASSWORD = "empat kata yang acak"


@pytest.fixture
def seller(chromium: Browser, running: Running) -> Iterator[BrowserContext]:
    """Ayu's phone, just after signing up."""
    phone = chromium.new_context(viewport=PHONE)
    phone.add_cookies([{"name": "lang", "value": "en", "url": running.platform}])
    yield phone
    phone.close()


def sign_up(page: Page, running: Running, email: str, store: str) -> None:
    page.goto(f"{running.platform}/signup/")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=store_name]", store)
    page.click("main .btn-primary")
    page.wait_for_url(re.compile(r"\.app\.localhost"), timeout=30_000)


def newest_letter(page: Page, running: Running, to: str, words: str) -> str:
    """The link of the newest mail to somebody that has `words` in it."""
    for _ in range(60):
        page.goto(f"{running.platform}/inbox/?q={to} {words}")
        if page.locator("a.row-title").count():
            break
        page.wait_for_timeout(500)
    page.locator("a.row-title").first.click()
    page.goto(f"{page.url}?as=text")
    return str(page.locator(".letter-text a").first.get_attribute("href"))


def test_a_passkey_opens_the_account(seller: BrowserContext, running: Running):
    page = seller.new_page()
    sign_up(page, running, "ayu@example.com", "Roti Ayu")
    page.goto(newest_letter(page, running, "ayu@example.com", "confirm-email"))
    page.click("main .btn-primary")
    line = seller.new_cdp_session(page)
    line.send("WebAuthn.enable")
    line.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )

    page.goto(f"{running.platform}/accounts/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.fill("[name=password]", PASSWORD)
        page.click("main .btn-primary")
    page.fill("[name=name]", "Ponsel")
    if page.locator("[name=passwordless]").count():
        page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    # The form's own address also lies under /accounts/2fa/: the key is kept once the browser has left it.
    page.wait_for_url(lambda address: "webauthn/add" not in address, timeout=30_000)
    page.goto(f"{running.platform}/accounts/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("Ponsel")

    page.goto(f"{running.platform}/accounts/logout/")
    page.click("main .btn-primary")
    page.goto(f"{running.platform}/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url(f"{running.platform}/stores/", timeout=30_000)
    expect(page.locator("main")).to_contain_text("Roti Ayu")


def test_a_colleague_joins_by_mail(seller: BrowserContext, chromium: Browser, running: Running):
    page = seller.new_page()
    sign_up(page, running, "sri@example.com", "Kue Sri")
    home = page.url.split("/", 3)[2]
    page.goto(newest_letter(page, running, "sri@example.com", "confirm-email"))
    page.click("main .btn-primary")

    page.goto(f"http://{home}/settings/team/invite/")
    page.fill("[name=email]", "budi@example.com")
    page.check("[name=role][value=WAREHOUSE]")
    page.click("main form .btn-primary")
    expect(page.locator("main")).to_contain_text("budi@example.com")

    other = chromium.new_context(viewport=PHONE)
    guest = other.new_page()
    guest.goto(newest_letter(guest, running, "budi@example.com", "invitations"))
    expect(guest.locator("main")).to_contain_text("Kue Sri")
    guest.fill("[name=name]", "Budi")
    guest.fill("[name=password]", PASSWORD)
    guest.click("main .btn-primary")
    guest.wait_for_url(re.compile(re.escape(home)), timeout=30_000)
    assert guest.goto(f"http://{home}/stock/").status == 200  # type: ignore[union-attr]
    assert guest.goto(f"http://{home}/settings/team/").status == 403  # type: ignore[union-attr]

    page.goto(f"http://{home}/settings/team/")
    page.locator("a.row-title", has_text="Budi").click()
    page.click("button[data-dialog-open=remove]")
    page.click("dialog[open] .btn-error")
    expect(page.locator("a.row-title", has_text="Budi")).to_have_count(0)
    guest.goto(f"http://{home}/stock/")
    assert home not in guest.url
    other.close()
