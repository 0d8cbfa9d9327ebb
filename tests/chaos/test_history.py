"""T-HIST: a real history is accepted, and each way of lying about one is noticed."""

import os
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

import pytest

from tests.chaos.history import checker, run_history
from tests.chaos.history.calls import Call, Diary, Ended, read
from tests.chaos.history.ending import Ending

SECONDS, SEED = float(os.environ.get("HISTORY_SECONDS", "15")), int(os.environ.get("HISTORY_SEED", "1"))


@pytest.mark.chaos
def test_some_story_explains_what_eight_clients_and_a_nemesis_left_behind():
    report = run_history(SECONDS, SEED)

    assert report.problems == []
    # A busy machine gets less done, and that must not be a failure.
    assert report.ok >= 10
    assert sum(report.broken.values()) >= SECONDS / 5
    assert report.invariants_checked > 0


@dataclass
class Story:
    """What happened in a store, and what it left behind."""

    calls: dict[str, Call]
    after: Ending

    def problems(self) -> list[str]:
        return checker.problems(list(self.calls.values()), {"kopi": before()}, {"kopi": self.after})


def before() -> Ending:
    return Ending(
        shelves={"GAYO@0": [10, 0, 0], "GAYO@1": [0, 0, 0], "EMAS@0": [50, 0, 0], "EMAS@1": [50, 0, 0]}
    )


def call(kind: str, at: float, result: object = None, ended: Ended = Ended.OK, **told: object) -> Call:
    """One that took a second."""
    return Call(f"{kind}-{at:g}", "kopi", kind, dict(told), ended, result, at, at + 1)


@pytest.fixture
def story() -> Story:
    """Two units sold, paid and sent; a third order refused; goods brought, moved, put aside; sums read."""
    calls = [
        call("restock", 0, sku="GAYO", place=0, quantity=3),
        call("place", 2, "SO-1", wanted={"GAYO": 2}),
        call("place", 3, "InsufficientStock", Ended.FAIL, wanted={"GAYO": 99}),
        call("word", 4, True, number="SO-1", outcome="PAID"),
        call("word", 6, False, number="SO-1", outcome="PAID"),
        call("refund", 8, number="SO-1", share=2),
        call("ship", 10, number="SO-1"),
        call("transfer", 12, sku="GAYO", source=0, quantity=4),
        call("reserve", 14, sku="GAYO", place=1, quantity=1),
        call("gold", 16, [48, 52]),
        call("sums", 18, {"movements": [111, 111]}),
        call("word", 20, False, number="SO-1", outcome="CANCELLED"),
    ]
    order = {"call": "place-2", "place": 0, "lines": {"GAYO": [2, 2]}, "total": 100, "refunded": 50}
    order["states"] = ["OPEN", "PARTLY_REFUNDED", "FULFILLED"]
    after = Ending(
        orders={"SO-1": order},
        payments={"SO-1": ["PARTLY_REFUNDED", 100, 50]},
        refunds={"refund-8": ["SO-1", 50]},
        promises={"SO-1": 0},
        consumed={"SO-1": {"GAYO": 2}},
        shelves={"GAYO@0": [7, 0, 0], "GAYO@1": [4, 0, 1], "EMAS@0": [50, 0, 0], "EMAS@1": [50, 0, 0]},
        restocks={"restock-0": 1},
        transfers={"transfer-12": 1},
        holds={"reserve-14": ["GAYO@1", 1]},
    )
    return Story({each.id: each for each in calls}, after)


def test_what_happened_is_accepted(story: Story):
    assert story.problems() == []


def forget(name: str) -> Callable[[Story], None]:
    """Nobody was told how this call ended."""

    def change(story: Story) -> None:
        story.calls[name].ended, story.calls[name].result = Ended.UNKNOWN, None
        story.calls[name].answered = float("inf")

    return change


@pytest.mark.parametrize("name", ["restock-0", "place-2", "word-4", "refund-8", "ship-10", "transfer-12"])
def test_an_unknown_call_may_have_happened(story: Story, name: str):
    forget(name)(story)

    assert story.problems() == []


def test_an_unknown_call_may_not_have_happened(story: Story):
    story.calls["restock-99"] = Call(
        "restock-99", "kopi", "restock", {"sku": "GAYO", "place": 0, "quantity": 5}
    )
    story.calls["word-99"] = Call(
        "word-99", "kopi", "word", {"number": "SO-1", "outcome": "FAILED"}, asked=30
    )

    assert story.problems() == []


def test_calls_at_one_time_may_have_come_in_either_order(story: Story):
    """The one that changed something was asked later and answered earlier."""
    story.calls["word-4"].asked, story.calls["word-4"].answered = 6.5, 6.6
    story.calls["word-6"].asked, story.calls["word-6"].answered = 4.0, 7.0

    assert story.problems() == []


def _lose_a_restock(story: Story) -> None:
    story.after.restocks.clear()
    story.after.shelves["GAYO@0"][0] -= 3


def _lose_an_order(story: Story) -> None:
    story.after.orders.clear()


def _sell_twice(story: Story) -> None:
    story.after.orders["SO-2"] = deepcopy(story.after.orders["SO-1"])


def _order_of_nobody(story: Story) -> None:
    story.after.orders["SO-1"]["call"] = "place-77"


def _refused_and_done(story: Story) -> None:
    story.after.orders["SO-1"]["call"] = "place-3"


def _move_half(story: Story) -> None:
    story.after.shelves["GAYO@1"][0] -= 1


def _lose_gold(story: Story) -> None:
    story.calls["gold-16"].result = [48, 50]


def _see_unequal_sums(story: Story) -> None:
    story.calls["sums-18"].result = {"spent": [50, 100]}


def _pay_twice(story: Story) -> None:
    story.calls["word-6"].result = True


def _pay_before_time(story: Story) -> None:
    """The one that changed nothing was over before the one that changed something was asked."""
    story.calls["word-6"].asked, story.calls["word-6"].answered = 1.0, 2.0


def _refund_uncounted(story: Story) -> None:
    story.after.payments["SO-1"] = ["PAID", 100, 0]


def _send_and_keep(story: Story) -> None:
    story.after.consumed["SO-1"] = {"GAYO": 1}


def _hold_for_nobody(story: Story) -> None:
    story.after.shelves["GAYO@0"][1] = 2


def _forget_a_hold(story: Story) -> None:
    story.after.holds.clear()


def _fall_into_a_deadlock(story: Story) -> None:
    story.calls["place-3"].result = "40P01 DeadlockDetected"


def _break_a_rule(story: Story) -> None:
    story.after.violations.append("INV-1.1: GAYO at MAIN")


def _unknown_that_explains_nothing(story: Story) -> None:
    forget("restock-0")(story)
    story.after.shelves["GAYO@0"][0] += 1


LIES = [
    *(_lose_a_restock, _lose_an_order, _sell_twice, _order_of_nobody, _refused_and_done, _move_half),
    *(_lose_gold, _see_unequal_sums, _pay_twice, _pay_before_time, _refund_uncounted, _send_and_keep),
    *(_hold_for_nobody, _forget_a_hold, _fall_into_a_deadlock, _break_a_rule, _unknown_that_explains_nothing),
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__.strip("_"))
def test_a_history_that_was_doctored_is_rejected(story: Story, lie: Callable[[Story], None]):
    lie(story)

    assert story.problems() != []


def test_a_diary_outlives_its_writer(tmp_path):
    diary, one, two = Diary(tmp_path / "c1.jsonl"), call("place", 0), call("gold", 1)
    diary.ask(one)
    diary.answer(one, Ended.OK, "SO-1")
    diary.ask(two)

    told = read([tmp_path / "c1.jsonl"])

    assert [(each.kind, each.ended, each.result) for each in told] == [
        ("place", "OK", "SO-1"),
        ("gold", "UNKNOWN", None),
    ]
    assert told[0].asked <= told[0].answered < told[1].answered
