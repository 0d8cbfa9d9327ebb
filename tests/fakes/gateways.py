"""What the contract suite asks of every fake payment gateway, and the list of them."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fakes.server import FakeProvider


class FakeGateway(FakeProvider):
    """A fake payment gateway with the shopper and the bank built in."""

    credentials: Mapping[str, str]
    wrong_credentials: Mapping[str, str]

    def pay(self, reference: str) -> None:
        """The shopper opens the page, chooses a method that can be refunded, and the money arrives."""
        raise NotImplementedError

    def choose(self, reference: str) -> None:
        """The shopper opens the page and chooses a method, but does not pay yet."""
        raise NotImplementedError

    def decline(self, reference: str) -> None:
        """The shopper tries, and the bank says no."""
        raise NotImplementedError

    def lapse(self, reference: str) -> None:
        """The shopper chooses a method and lets its time run out."""
        raise NotImplementedError

    def duplicate_notices(self, times: int) -> None:
        """Post every notice this many times from now on."""
        raise NotImplementedError

    def forge_notices(self) -> None:
        """Sign every notice with another key from now on."""
        raise NotImplementedError

    def hold_notices(self) -> None:
        """Keep notices back from now on."""
        raise NotImplementedError

    def release_notices(self, *, backwards: bool = False) -> None:
        """Post what was kept back, and keep nothing back any more."""
        raise NotImplementedError

    def wait_until_posted(self) -> None:
        """Return when every notice has been posted."""
        raise NotImplementedError

    def times_paid(self, reference: str) -> int:
        """How often the shopper was charged for a reference: the truth."""
        raise NotImplementedError

    def refunds_made(self, reference: str) -> list[tuple[str, int]]:
        """Refund id and amount of each refund that really happened: the truth."""
        raise NotImplementedError
