"""README.md names real files and functions, and its pictures are there and small."""

import re
from io import StringIO

import pytest
from django.core.management import call_command

from core.kernel import outbox
from tests.architecture.source import ROOT, functions

README = (ROOT / "README.md").read_text()
PATHS = set(re.findall(r"`((?:core|tenants|config|storefront)/[\w/.]+)`", README))
STEPS = re.findall(r"^\| \d \| `([^`]+)` \| `([^`]+)` \|", README, flags=re.M)


def test_an_order_is_followed_in_eight_steps():
    assert len(STEPS) == 8


@pytest.mark.parametrize(("file", "function"), STEPS)
def test_each_step_names_a_function_that_is_there(file: str, function: str):
    assert function in {node.name for node in functions(ROOT / file)}


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:core|tenants|config|storefront)/[\w/.]+)`", README)))
)
def test_each_path_that_is_named_exists(path: str):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("picture", re.findall(r"!\[[^]]+\]\(([^)]+)\)", README))
def test_each_picture_is_there_and_small(picture: str):
    assert (ROOT / picture).stat().st_size < 120_000


def test_every_event_that_is_heard_is_printed_with_its_hearers():
    printed = StringIO()

    call_command("events", stdout=printed)

    for event, kinds in outbox.handlers().items():
        assert event.__name__ in printed.getvalue()
        assert all(kind in printed.getvalue() for kind in kinds)
