"""The table of the benchmarks says what was missed, and a gate is no stricter than machines are steady."""

import json
from pathlib import Path

import pytest

from tests.bench import report
from tests.bench.report import at_least, at_most


@pytest.mark.parametrize(
    ("figure", "is_met", "passes"),
    [
        (at_most("p95", 10, "ms", most=10), True, True),
        (at_most("p95", 12, "ms", most=10), False, True),
        (at_most("p95", 13, "ms", most=10), False, False),
        (at_most("oversold", 0, "u", most=0), True, True),
        (at_most("oversold", 1, "u", most=0), False, False),
        (at_least("rate", 100, "/s", least=100), True, True),
        (at_least("rate", 81, "/s", least=100), False, True),
        (at_least("rate", 79, "/s", least=100), False, False),
        (at_least("rate", 0, "/s", least=100), False, False),
        (at_least("rate", 1, "/s"), None, True),
    ],
)
def test_a_gate_lets_pass_what_machines_differ_by(figure: report.Figure, is_met: bool | None, passes: bool):
    assert (figure.ok, figure.is_tolerable) == (is_met, passes)


def test_each_part_adds_to_one_table(tmp_path: Path):
    report.finish([at_most("a", 1, "s"), at_most("b", 1, "s", floor=0.5, most=2)], folder=tmp_path)
    report.finish([at_most("a", 3, "s")], folder=tmp_path)

    rows = json.loads((tmp_path / "bench.json").read_text())
    assert [(row["name"], row["value"]) for row in rows] == [("b", 1), ("a", 3)]
    assert rows[0] == {
        "name": "b", "value": 1, "unit": "s", "floor": 0.5, "ratio": 2.0, "target": 2, "ok": True
    }  # fmt: skip


def test_the_verdict_fails_for_a_miss_and_for_a_part_that_broke(tmp_path: Path, capsys):
    report.finish([at_most("a", 1, "s", most=2)], folder=tmp_path)
    assert report.verdict({"fan-out": "no channel"}, [], folder=tmp_path) == 0
    assert report.verdict({}, ["fleet"], folder=tmp_path) == 1
    report.finish([at_most("a", 9, "s", most=2)], folder=tmp_path)
    assert report.verdict({}, [], folder=tmp_path) == 1

    told = capsys.readouterr().out
    assert "not measured: fan-out: no channel" in told
    assert "ended badly: fleet" in told
    assert "missed: a: 9 s, target 2" in told


def test_95_of_100_are_under_the_95th_percentile():
    assert report.p95(range(100, 0, -1)) == 95
