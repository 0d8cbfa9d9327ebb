"""How an act is done twice, by the services and by the oracle, and how both are compared afterwards."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from core.kernel import invariants
from core.kernel.errors import CommerceError
from core.orders.models import Order
from core.payments.models import Payment
from tenants import context
from tests.oracle.books import Refused
from tests.oracle.reading import seen
from tests.oracle.stage import Stage

units = st.integers(1, 4)
few = st.integers(0, 3)
which = st.integers(0, 1_000)
baskets = st.dictionaries(st.sampled_from([0, 1]), units, min_size=1, max_size=2)


class Acting(RuleBasedStateMachine):
    """Does an act in both worlds. Every rule picks what it acts on by a number, whatever there is.

    stage        set by the test
    rules_every  how many acts pass between two looks at the rules of `check_invariants`, which cost most;
                 they are looked at after the last one as well
    """

    stage: Stage
    rules_every = 10
    steps = 0

    def teardown(self) -> None:
        try:
            self._check_rules()
        finally:
            context.enter(None)

    # Both worlds

    def both(self, act: Callable[[], Any], expect: Callable[[Any], Any]) -> Any:
        """Do it for real and in the books. Either both refuse, for one reason, or neither does."""
        before, result, refusal, expected = deepcopy(self.books), None, "", ""
        try:
            result = act()
        except CommerceError as refused:
            refusal = type(refused).__name__
        try:
            expect(result)
        except Refused as refused:
            self.books, expected = before, str(refused)
        assert refusal == expected, f"refused with {refusal or 'nothing'}, expected {expected or 'nothing'}"
        return result

    @invariant()
    def the_books_agree(self) -> None:
        if not hasattr(self, "books"):
            return
        told, found = self.books.told(), seen()
        for page, expected in told.items():
            assert found[page] == expected, page
        self.steps += 1
        if self.steps % self.rules_every == 0:
            self._check_rules()

    def _check_rules(self) -> None:
        assert [(r.rule.id, each) for r in invariants.check() for each in r.violations] == []

    def _basket(self, basket: dict[int, int]) -> dict[str, int]:
        return {self.stage.skus[number]: quantity for number, quantity in basket.items()}

    def _place(self, number: int) -> int:
        return self.stage.places[number % 2]

    @staticmethod
    def _pick(found: dict[str, Any], number: int) -> str:
        return sorted(found)[number % len(found)]

    def _order(self, number: int) -> tuple[str, int]:
        name = self._pick(self.books.orders, number)
        return name, Order.objects.values_list("pk", flat=True).get(number=name)

    def _payment(self, number: int, *, rather: tuple[str, ...] = ()) -> tuple[str, Payment]:
        """Any payment; three times of four one in a state in which more can happen to it."""
        fitting = {key: p for key, p in self.books.payments.items() if p.state in rather}
        found = fitting if fitting and number % 4 else self.books.payments
        reference = self._pick(found, number)
        return reference, Payment.objects.get(reference=reference)

    def _name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}-{self.count}"
