"""OWASP ASVS 5.0.0, levels 1 and 2: every requirement has a test that exists, or a written reason."""

import ast
from functools import cache
from pathlib import Path

from tests.architecture.source import ROOT
from tests.security.coverage import ASVS, numbers

# The last number of each section up to level 2; within a section they follow each other.
LAST = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
WANTED = [f"V{section}.{number}" for section, last in LAST.items() for number in range(1, last + 1)]


@cache
def names_in(name: str) -> frozenset[str]:
    """The names of the tests of a file."""
    path = ROOT / name
    if not path.is_file():
        return frozenset()
    found = (node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in found if name.startswith("test_"))


def test_every_requirement_stands_there_once():
    """TOML itself refuses a doubled name."""
    assert len(WANTED) == 253
    assert list(ASVS) == sorted(WANTED, key=lambda name: [int(part) for part in name[1:].split(".")])


def test_each_says_what_it_is_about_and_what_proves_it():
    lacking = [
        name
        for name, told in ASVS.items()
        if not told.get("about") or not (told.get("test") or told.get("reason"))
    ]
    more = [name for name, told in ASVS.items() if set(told) - {"about", "test", "reason"}]
    assert (lacking, more) == ([], [])


def test_a_reason_alone_says_of_which_kind_it_is():
    kinds = ("does not apply: ", "deviation: ", "not yet: ", "documented here: ", "the operator's: ")
    loose = [
        name for name, told in ASVS.items() if "test" not in told and not told["reason"].startswith(kinds)
    ]
    assert loose == []


def test_every_test_that_is_named_is_there():
    named = {node for told in ASVS.values() for node in told.get("test", ())}
    gone = [
        node for node in sorted(named) if node.partition("::")[2] not in names_in(node.partition("::")[0])
    ]
    assert gone == []


def test_the_policy_says_how_soon_weaknesses_are_mended():
    policy = Path(ROOT / "SECURITY.md").read_text()

    assert "48 hours" in policy and "seven days" in policy and "security@" in policy


def test_the_coverage_adds_up():
    total = numbers()["all"]

    assert total.all == 253
    assert total.tested + total.reasoned == 253
    assert total.tested > 150
