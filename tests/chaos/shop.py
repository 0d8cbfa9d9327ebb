"""Two shops with goods, and a client that writes down what it was promised."""

import http.client
import itertools
import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from core.checkout import services as checkout
from core.integrations import services as integrations
from core.integrations.event_types import PUBLIC_EVENTS
from core.kernel import profile
from core.payments import services as payments
from tenants import context, provisioning, work
from tenants.models import HostKind, Store, User
from tenants.permissions import SYSTEM, Permission
from tenants.session_store import SessionStore
from tenants.sessions import AUDIENCE
from tests.factories.payments import method
from tests.factories.shipping import flat_method
from tests.factories.shopping import DAGO, sellable

PATIENCE = 40.0
_numbers = itertools.count(1)


class NoAnswer(Exception):
    """The connection broke, or nothing came in time: the outcome is unknown."""


class Refused(Exception):
    """An answer that says no, and would say so again."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    is_replay: bool = False


@dataclass(slots=True)
class Promise:
    """One order that was asked for. `number` is what the shop acknowledged, if it did."""

    slug: str
    cart: str
    key: str
    email: str
    phone: str
    payment: str
    number: str = ""
    token: str = ""
    statuses: list[int] = field(default_factory=list)

    @property
    def is_acknowledged(self) -> bool:
        return bool(self.number)


class Shop:
    """One store and its two doors: that of shoppers, and that of the seller's own programs."""

    def __init__(self, port: int, store: Store, api_key: str, variants: list[str], shipping: str) -> None:
        self.port, self.store, self.api_key = port, store, api_key
        self.variants, self.shipping = variants, shipping
        self.promises: list[Promise] = []

    def call(
        self, verb: str, path: str, body: Any = None, *, door: str = "shop", key: str = "", port: int = 0
    ) -> Answer:
        """One request. Raises NoAnswer."""
        headers = {"Host": f"{self.store.slug}.{door}.localhost:{self.port}", "Accept-Language": "en"}
        content = None
        if isinstance(body, bytes):
            content, headers["Content-Type"] = body, "multipart/form-data; boundary=chaos"
        elif body is not None:
            content, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        if door == "app":
            headers["Authorization"] = f"Bearer {self.api_key}"
        if key:
            headers["Idempotency-Key"] = key
        link = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=20)
        try:
            link.request(verb, path, content, headers)
            answer = link.getresponse()
            received = answer.read()
            replayed = answer.getheader("Idempotent-Replayed") == "true"
        except (OSError, http.client.HTTPException) as broken:
            raise NoAnswer(repr(broken)) from broken
        finally:
            link.close()
        try:
            return Answer(answer.status, json.loads(received or b"null"), replayed)
        except ValueError:
            return Answer(answer.status, received.decode(errors="replace")[:500], replayed)

    def insist(self, verb: str, path: str, body: Any = None, **more: Any) -> Answer:
        """Ask until there is an answer that is not about a passing trouble. Raises Refused, NoAnswer."""
        return until_answered(lambda: self.call(verb, path, body, **more))

    def admin(self, verb: str, path: str, body: Any = None, *, key: str = "") -> Any:
        """Ask as the seller's program, with one key over all tries."""
        key = key or (uuid.uuid4().hex if verb == "POST" else "")
        return self.insist(verb, f"/api/v1{path}", body, door="app", key=key).body

    def fill_cart(self, quantity: int = 1) -> str:
        """A new cart. Made twice it does no harm: nobody knows the first one."""
        number = next(_numbers)
        line = {"variant_id": self.variants[number % len(self.variants)], "quantity": quantity}
        return self.insist("POST", "/api/storefront/v1/carts", {"lines": [line]}).body["id"]

    def promise(self, payment: str = "COD", quantity: int = 1) -> Promise:
        """A cart that is about to be ordered."""
        cart, number = self.fill_cart(quantity), next(_numbers)
        email, phone = f"dewi{number}@example.com", f"0812{10_000_000 + number}"
        told = Promise(self.store.slug, cart, uuid.uuid4().hex, email, phone, payment)
        self.promises.append(told)
        return told

    def place(self, told: Promise, *, port: int = 0) -> Answer:
        """Ask once for an order. Raises NoAnswer."""
        body = {
            "name": "Dewi Lestari",
            "phone": told.phone,
            "email": told.email,
            "address_line": "Jl. Ir. H. Juanda 12",
            "region_code": DAGO,
            "shipping_method_id": self.shipping,
            "payment_method": told.payment,
        }
        path = f"/api/storefront/v1/carts/{told.cart}/order"
        answer = self.call("POST", path, body, key=told.key, port=port)
        told.statuses.append(answer.status)
        if answer.status == 201:
            told.number, told.token = answer.body["number"], answer.body["token"]
        return answer

    def buy(self, payment: str = "COD", quantity: int = 1) -> Promise:
        """Ask for an order until it is acknowledged, always with the same key. Raises Refused, NoAnswer."""
        told = self.promise(payment, quantity)
        until_answered(lambda: self.place(told))
        return told

    def order_id(self, told: Promise) -> str:
        """The public id of an acknowledged order, as the seller's programs know it."""
        found = self.admin("GET", f"/orders?q={told.number}")["items"]
        return next(row["id"] for row in found if row["number"] == told.number)

    def redirect_url(self, told: Promise) -> str:
        """Where the gateway takes the money of an order; asked for anew when it was silent before."""
        shown = self.insist("GET", f"/api/storefront/v1/orders/{told.token}").body
        return shown["payment"]["redirect_url"] or ""


def until_answered(ask: Callable[[], Answer], within: float = PATIENCE) -> Answer:
    """Repeat a request while the answer is unknown, or a passing trouble. Raises Refused, NoAnswer."""
    deadline = time.monotonic() + within
    while True:
        said = ""
        try:
            answer = ask()
            if answer.status < 300:
                return answer
            said = f"{answer.status} {answer.body}"
            if answer.status < 500 and answer.status not in (409, 429):
                raise Refused(said)
        except NoAnswer as broken:
            said = str(broken)
        if time.monotonic() > deadline:
            raise NoAnswer(f"never acknowledged; at last {said}")
        time.sleep(0.15)


class Load:
    """Shoppers that order all the time, until told to stop."""

    def __init__(self, shops: list[Shop], *, threads: int = 3, pause: float = 0.1) -> None:
        self.shops, self._pause = shops, pause
        self.made: list[Promise] = []
        self.troubles: list[str] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(threads)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE + 30)

    def _run(self, number: int) -> None:
        while not self._stop.wait(self._pause):
            try:
                self.made.append(self.shops[number % len(self.shops)].buy())
            except (NoAnswer, Refused) as trouble:
                self.troubles.append(str(trouble))


def open_shops(port: int, receiver_url: str) -> list[Shop]:
    """Kopi and batik, by the product's own services: each sells, tells webhooks, and takes Midtrans."""
    for slug, owner in (("kopi", "sari"), ("batik", "tono")):
        user = User.objects.create_user(f"{owner}@example.com", "kata-sandi-panjang", name=owner.title())
        provisioning.open_store(owner=user, name=slug.title(), slug=slug)
        work.work_until_idle()
    return [_furnished(port, Store.objects.get(slug=slug), receiver_url) for slug in ("kopi", "batik")]


def sign_in(store: Store) -> str:
    """The cookie of a browser in which the owner is logged in to the dashboard."""
    user = User.objects.get(memberships__store=store)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[AUDIENCE] = f"{HostKind.DASHBOARD}:{store.uid}"
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def server_key(store: Store) -> str:
    """The store's own account at the gateway."""
    return f"SB-Mid-server-{store.slug}"


def _furnished(port: int, store: Store, receiver_url: str) -> Shop:
    with context.in_store(store):
        # Orders are told apart at the gateway's fake by their number alone.
        profile.edit(changes={"order_prefix": store.slug[:2].upper()}, actor=SYSTEM)
        _, key = integrations.create_key(name="Chaos", scopes=list(Permission), actor=SYSTEM)
        variants = [sellable(on_hand=100_000, price_amount=20_000 * (1 + number)) for number in range(5)]
        shipping = flat_method()
        method("COD")
        payments.connect_gateway(
            code="MIDTRANS",
            credentials={"server_key": server_key(store)},
            is_live=False,
            actor=SYSTEM,
        )
        integrations.add_endpoint(
            url=f"{receiver_url}/{store.slug}",
            event_types=[code for code in PUBLIC_EVENTS if code.partition(".")[0] != "stock"],
            actor=SYSTEM,
        )
        return Shop(port, store, key, [each.public_id for each in variants], shipping.public_id)


def purchase(shop: Shop, payment: str = "MIDTRANS") -> checkout.Purchase:
    """What a shopper tells, for calls past the web."""
    return checkout.Purchase(
        name="Dewi Lestari",
        phone="0812-3456-7890",
        address_line="Jl. Ir. H. Juanda 12",
        region_code=DAGO,
        shipping_method=shop.shipping,
        payment_method=payment,
    )
