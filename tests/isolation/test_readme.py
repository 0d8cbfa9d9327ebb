"""README.md beside this file: every class of leak has a prevention and a test, and both exist."""

import re
from functools import cache

import pytest

from tests.architecture.source import ROOT

IDS = [f"A{number:02}" for number in (*range(1, 15), *range(20, 25), *range(30, 36), *range(40, 58))]
# Nothing of the kind exists in the product, as the row says.
NOT_YET = {"A34"}


@cache
def rows() -> dict[str, list[str]]:
    """The table's cells by id."""
    text = (ROOT / "tests/isolation/README.md").read_text()
    lines = [line.strip("|").split("|") for line in text.splitlines() if re.match(r"\| A\d\d ", line)]
    cells = [[cell.strip() for cell in line] for line in lines]
    assert len({line[0] for line in cells}) == len(cells), "an id stands twice"
    return {line[0]: line[1:] for line in cells}


def test_every_class_of_leak_has_a_row():
    assert list(rows()) == IDS


@pytest.mark.parametrize("leak", [leak for leak in IDS if leak not in NOT_YET])
def test_what_a_row_names_is_there(leak: str):
    _what, prevention, tests = rows()[leak]

    assert [path for path in prevention.split(", ") if not (ROOT / path).exists()] == []
    assert [named for named in tests.split(", ") if not is_there(named)] == []


def is_there(named: str) -> bool:
    """Whether a file of tests exists, and the test in it where one is named."""
    path, _, test = named.partition("::")
    if not re.fullmatch(r"tests/[\w/]+/test_\w+\.py", path) or not (ROOT / path).is_file():
        return False
    return not test or re.search(rf"^def {test}\(", (ROOT / path).read_text(), re.M) is not None
