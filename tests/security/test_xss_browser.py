"""T-XSS in Chromium: the same hostile store, and nothing of it runs, with our policy and without it.

The pages are drawn before Chromium starts, for a database cannot be asked while it runs; what a page loads is
answered from the built front end.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tenants import context
from tenants.models import Store, User
from tests.conftest import client_at
from tests.journeys.conftest import _CHROMIUM_ARGUMENTS
from tests.security.payloads import XSS
from tests.security.stage import addresses, furnish, plant_texts
from tests.security.test_xss import SHORT

pytestmark = pytest.mark.browser
HOOK = """
window.fired = [];
window.xss = (number) => { window.fired.push(String(number)); };
for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = () => { window.fired.push(name); };
"""
# Handlers that a text brought along, whether or not they have run yet.
LEFT = """() => [...document.querySelectorAll("*")].flatMap((element) => [...element.attributes]
    .filter(({ name, value }) => name.startsWith("on") || /^\\s*(javascript|vbscript):/i.test(value))
    .map((attribute) => `${element.tagName} ${attribute.name}`))"""
# Each takes a second: the larger part of the pages is looked at without a browser.
MOST_PAGES = 14


@pytest.fixture
def hostile(kopi: Store) -> dict[str, list[str]]:
    """kopi with everything in it, and all of it hostile."""
    with context.in_store(kopi):
        ids = furnish()
        plant_texts(kopi.schema_name, "\n".join(XSS), SHORT)
    return ids


@contextmanager
def browsing() -> Iterator[Browser]:
    """A Chromium of its own: while one runs, Django takes this thread for one that must not wait."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for found in map(shutil.which, names) if found), None)
    assert path, "Install Chromium (Debian: apt-get install chromium), or run without BROWSER=1."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


Drawn = dict[str, HttpResponse]


def answering(drawn: Drawn, *, with_policy: bool) -> Callable[[Route], None]:
    """Gives Chromium what the product answered, and the front end's files."""

    def answer(route: Route) -> None:
        there = urlsplit(route.request.url)
        if there.path.startswith("/static/"):
            file = Path(settings.BUILD_DIR) / "static" / there.path.removeprefix("/static/")
            return route.fulfill(path=file) if file.is_file() else route.fulfill(status=404)
        told = drawn.get(there.path)
        if route.request.method != "GET" or told is None:
            return route.abort()
        kept = {name: value for name, value in told.headers.items() if name != "Content-Length"}
        if not with_policy:
            kept.pop("Content-Security-Policy", None)
        return route.fulfill(status=told.status_code, headers=kept, body=told.content)

    return answer


def visited(page: Page, host: str, paths: list[str]) -> list[str]:
    """What ran, or would run at a touch."""
    found: list[str] = []
    page.on("dialog", lambda dialog: (found.append(f"dialog {dialog.message}"), dialog.dismiss()))
    for path in paths:
        page.goto(f"http://{host}{path}", wait_until="domcontentloaded")
        page.wait_for_timeout(150)
        found += [f"{path} ran {number}" for number in page.evaluate("window.fired || []")]
        found += [f"{path} has {handler}" for handler in page.evaluate(LEFT)]
    return found


def pages_of(kind: str, client: Client, hostile: dict[str, list[str]], kopi: Store) -> Drawn:
    """One address per page that is one: papers, files and redirects are looked at elsewhere."""
    with context.in_store(kopi):
        told = {route.address: path for route, path in addresses((kind,), hostile)}
    drawn = {path: client.get(path) for path in told.values()}
    found = [path for path, answer in drawn.items() if is_page(answer)]
    return {path: drawn[path] for path in found[:: max(1, len(found) // MOST_PAGES)]}


def is_page(answer: HttpResponse) -> bool:
    """Whether a browser draws it."""
    kind = answer.headers.get("Content-Type", "")
    return answer.status_code == 200 and kind.startswith("text/html") and not answer.streaming


@pytest.mark.parametrize("with_policy", [True, False], ids=["with our policy", "without it"])
def test_nothing_runs_in_a_browser(
    hostile: dict, kopi: Store, sari: User, dashboard: Callable[..., Client], with_policy: bool
):
    hosts = {"DASHBOARD": dashboard(sari), "STOREFRONT": client_at(f"kopi.{settings.STOREFRONT_SUFFIX}")}
    drawn = {kind: pages_of(kind, client, hostile, kopi) for kind, client in hosts.items()}
    found = []
    with browsing() as chromium:
        for kind, client in hosts.items():
            page = chromium.new_context().new_page()
            page.add_init_script(HOOK)
            page.route("**/*", answering(drawn[kind], with_policy=with_policy))
            found += visited(page, client.defaults["HTTP_HOST"], list(drawn[kind]))

    assert found == []
    assert sum(map(len, drawn.values())) >= 20


def test_the_hook_hears_what_runs():
    """Otherwise the silence above would mean nothing."""
    with browsing() as chromium:
        page = chromium.new_page()
        page.add_init_script(HOOK)
        body = "<img src=x onerror=xss(7)>"
        page.route("**/*", lambda route: route.fulfill(content_type="text/html", body=body))

        found = visited(page, "kopi.app.localhost", ["/"])

    assert "/ has IMG onerror" in found
    assert "/ ran 7" in found
