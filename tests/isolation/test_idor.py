"""T-IDOR: an id of somebody else's thing opens nothing, wherever it stands (A47)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from core.checkout.models import Cart
from core.customers.models import Customer
from core.orders.models import Order
from core.payments.models import Payment
from tenants import context
from tests.isolation import bodies
from tests.isolation.conftest import Play
from tests.isolation.places import EVERYWHERE, WORDS, Things, asks_for_a_thing, filled, things_in
from tests.isolation.table import Row, route_of, rows
from tests.isolation.test_attacks import call, undone
from tests.isolation.writes import writes, written_since

# Refused, said on the page that the form stood on, or done already: a thing that is gone cannot be removed
# twice. Whatever it is, nothing may be written.
NOT_THERE = {204, 302, 404, 422}


def with_a_thing(*kinds: str) -> tuple[Row, ...]:
    return tuple(row for row in rows(*kinds) if asks_for_a_thing(route_of(row).address))


def mixtures(play: Play, address: str) -> Iterator[Things]:
    """The things of the owner with those of the other store in each place of the address by turns."""
    for thing in set(things_in(address)) - WORDS.keys() - EVERYWHERE:
        yield {**play.things, thing: play.theirs[thing]}


@pytest.mark.parametrize("row", with_a_thing("DASHBOARD"), ids=str)
def test_a_page_does_not_find_what_the_other_store_has(row: Row, play: Play):
    owner, before, found = play.crowd["DASHBOARD"][0], writes(), []
    for things in mixtures(play, row.address):
        for method in row.methods:
            answer = owner.fresh().generic(method, filled(row.address, things))
            if answer.status_code not in ({404} if method == "GET" else NOT_THERE):
                found.append((method, filled(row.address, things), answer.status_code))
    assert found == []
    assert written_since(before) == {}


@pytest.mark.parametrize("row", with_a_thing("API"), ids=str)
def test_an_operation_does_not_find_what_the_other_store_has(row: Row, play: Play):
    program, before = play.programs.with_everything(), writes()
    address = route_of(row).address
    for thing in set(things_in(address)) - WORDS.keys() - EVERYWHERE:
        answer = call(program, row, play, in_address={thing: play.theirs[thing]})
        assert answer.status_code in ({404, 204} if row.methods == ("DELETE",) else {404}), answer.content
    assert written_since(before) == {}


# What the store has not is left out of the list, and the rest is done. A run is kept with a result per order.
# A cart that was begun is undone with the refusal.
TAKES_NO_NOTICE = {
    *("order_shipping_methods", "update_theme_draft", "start_order_action", "storefront_create_cart"),
}


def naming_things() -> list[Row]:
    """Operations with something of the store in their body."""
    told = {name for name, body in bodies.BODIES.items() if '"@' in json.dumps(body)}
    return [row for row in rows("API", "SHOP_API") if route_of(row).name in told]


def places_of(told: Any) -> set[str]:
    """What a body names."""
    if isinstance(told, dict):
        return {thing for value in told.values() for thing in places_of(value)}
    if isinstance(told, list):
        return {thing for value in told for thing in places_of(value)}
    return {told[1:]} if isinstance(told, str) and told.startswith("@") else set()


@pytest.mark.parametrize("row", naming_things(), ids=str)
def test_a_body_that_names_something_of_the_other_store_changes_nothing(row: Row, play: Play):
    client = play.programs.with_everything() if row.kind == "API" else play.crowd["STOREFRONT"][0].fresh()
    for thing in places_of(bodies.BODIES[route_of(row).name]) - EVERYWHERE:
        before = writes()
        with undone():
            answer = call(client, row, play, in_body={thing: play.theirs[thing]})
        # A list with a result per row, or with what is known of it, may be an answer; a change may not.
        assert answer.status_code in {200, 404, 409, 422}, answer.content
        if route_of(row).name not in TAKES_NO_NOTICE:
            assert written_since(before) == {}, thing


def test_a_run_over_an_order_of_the_other_store_touches_none(play: Play):
    row = next(row for row in rows("API") if row.address == "order-actions" and row.methods == ("POST",))
    before = writes()
    with undone():
        answer = call(play.programs.with_everything(), row, play, in_body={"order": play.theirs["order"]})

    assert [(each["order_id"], bool(each["reason"])) for each in answer.json()["results"]] == [
        (play.theirs["order"], True)
    ]
    assert not [table for table in written_since(before) if table.endswith("orders_order")]


@pytest.mark.parametrize("row", with_a_thing("PLATFORM"), ids=str)
def test_an_account_does_not_find_what_another_account_has(row: Row, play: Play):
    """Links in mails are good for whoever reads the mail, so they are left out."""
    if row.who not in {"its people", "whose passkey it is"}:
        pytest.skip("whoever has the link is who was meant")
    owner, before = play.cast.crowd()["PLATFORM"][0], writes()
    theirs = {**play.theirs, "slug": "batik"}
    for method in row.methods:
        assert owner.fresh().generic(method, filled(row.address, theirs)).status_code == 404
    assert not [table for table in written_since(before) if not table.endswith("django_session")]


# Shoppers


def test_no_cart_begins_with_goods_of_the_other_store(play: Play):
    row = next(row for row in rows("SHOP_API") if row.address == "carts")
    with context.in_store(play.kopi):
        before = Cart.objects.count()

    answer = call(play.crowd["STOREFRONT"][0].fresh(), row, play, in_body={"variant": play.theirs["variant"]})

    with context.in_store(play.kopi):
        assert (answer.status_code, Cart.objects.count()) == (409, before)


@pytest.fixture
def guesses(play: Play) -> list[str]:
    """What somebody knows or guesses about another shopper's order and cart."""
    with context.in_store(play.kopi):
        order = Order.objects.get(public_id=play.things["order"])
        cart = Cart.objects.get(public_id=play.things["cart"])
        payment = Payment.objects.filter(order=order).first()
        customer = Customer.objects.get(pk=order.customer_id)
    assert payment is not None
    own = [order.public_id, order.number, str(order.pk), str(cart.pk), payment.reference, payment.public_id]
    near = [order.token[:-1], order.token + "A", order.token.swapcase(), order.token[::-1]]
    return [*own, customer.public_id, *near, play.theirs["order_token"], play.theirs["cart"], "x", "0", "-1"]


@pytest.mark.parametrize(
    "row", [row for row in rows("STOREFRONT", "SHOP_API") if row.who == "who has the link"], ids=str
)
def test_another_shoppers_order_and_cart_cannot_be_guessed(row: Row, play: Play, guesses: list[str]):
    other, before = play.crowd["STOREFRONT"][2], writes()
    (thing, *_), operation = things_in(route_of(row).address), route_of(row).name
    for guess in guesses:
        if operation:
            answer = call(other.fresh(), row, play, in_address={thing: guess})
        else:
            answer = other.fresh().generic(row.methods[0], filled(row.address, {**play.things, thing: guess}))
        expected = NOT_THERE if row.methods == ("POST",) else {404, 422}
        assert answer.status_code in expected, (guess, answer.status_code)
    assert written_since(before) == {}


def test_no_page_of_the_shop_shows_another_shopper(play: Play):
    """With a cart cookie of one's own, nothing of who bought here before is anywhere."""
    with context.in_store(play.kopi):
        order = Order.objects.get(public_id=play.things["order"])
    marks = [order.recipient_name, order.phone, order.address_line, order.number, order.token]
    other, shown = play.crowd["STOREFRONT"][2], []
    for row in rows("STOREFRONT"):
        if "GET" in row.methods and row.who == "anybody":
            answer = other.fresh().get(filled(row.address, play.things))
            body = b"".join(answer) if answer.streaming else answer.content
            shown += [(row.address, mark) for mark in marks if mark and mark.encode() in body]
    assert shown == []


def test_what_another_shopper_does_leaves_this_cart_alone(play: Play):
    with context.in_store(play.kopi):
        cart = Cart.objects.get(public_id=play.things["cart"])
        before = list(cart.lines.values())
    other = play.crowd["STOREFRONT"][2]
    with undone():
        for row in rows("STOREFRONT"):
            if row.methods == ("POST",) and row.address.startswith(("cart/", "checkout/")):
                form = {"variant": play.things["variant"], "quantity": "1"}
                other.fresh().post(filled(row.address, play.things), form)
        with context.in_store(play.kopi):
            assert list(Cart.objects.get(pk=cart.pk).lines.values()) == before
