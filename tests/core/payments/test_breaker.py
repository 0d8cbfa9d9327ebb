"""A gateway that is silent is left in peace for a while, by one store and for people who wait alone."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from core.payments.ports import GatewayRefused, GatewayUnavailable, Refusal
from core.payments.services import breaker
from tenants import context
from tenants.models import Store

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """A clock that stands still until a test turns it."""
    now = [1_000.0]
    monkeypatch.setattr(breaker, "time", SimpleNamespace(monotonic=lambda: now[0]))
    breaker._breakers.clear()
    yield now
    breaker._breakers.clear()


def call(answer: Exception | None = None) -> str:
    """Call the gateway once: `asked` when it was asked at all."""
    asked = "resting"
    try:
        with breaker.guarded("MIDTRANS"):
            asked = "asked"
            if answer:
                raise answer
    except (GatewayUnavailable, GatewayRefused):
        pass
    return asked


def silence(times: int) -> list[str]:
    return [call(GatewayUnavailable("silent")) for _ in range(times)]


def test_three_silences_in_a_row_are_enough():
    assert silence(3) == ["asked"] * 3
    assert call() == "resting"


def test_a_single_caller_tries_again_after_the_rest(clock: list[float]):
    silence(3)
    clock[0] += breaker.REST_SECONDS

    assert silence(2) == ["asked", "resting"]


def test_an_answer_ends_it_even_a_refusal(clock: list[float]):
    silence(3)
    clock[0] += breaker.REST_SECONDS

    assert call(GatewayRefused(Refusal.NOT_ALLOWED, "no")) == "asked"
    assert silence(3) == ["asked"] * 3


def test_silences_that_do_not_follow_each_other_do_not_count():
    silence(2)
    call()

    assert silence(3) == ["asked"] * 3


def test_another_store_is_asked_as_ever(other_store: Store):
    silence(3)

    with context.in_store(other_store):
        assert call() == "asked"
