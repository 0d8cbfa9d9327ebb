"""The guards of the product, taken away one by one: somebody must notice."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import IntegrityError

from core.kernel.models import NumberSequence
from tenants import context, permissions
from tenants.models import Store
from tests.mutations.breaking import replaced, without_constraint
from tests.mutations.guards import FIRST, GUARDS, Guard
from tests.mutations.runner import verdict_without

ROOT = Path(__file__).resolve().parent.parent.parent
DROPS = {"webhook-claim", "idempotency-claim"}


def of_its_own(url: str, place: str) -> str:
    """The same server, and a database there that no test of this run uses."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{place}"))


@pytest.mark.chaos
def test_the_named_tests_go_red_without_their_guard():
    told = {
        "DATABASE_URL": of_its_own(os.environ["DATABASE_URL"], "mutations"),
        "REDIS_URL": of_its_own(os.environ["REDIS_URL"], "14"),
    }
    without_xdist = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.mutations", *FIRST],
        cwd=ROOT,
        env=without_xdist | told,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"{len(FIRST)} guards taken away" in ended.stdout


@pytest.mark.parametrize("guard", [g for g in GUARDS if g.id not in DROPS], ids=lambda guard: guard.id)
def test_what_is_taken_away_is_there(guard: Guard):
    with guard.breaks():
        pass


def test_every_named_test_is_there():
    for guard in GUARDS:
        for test in guard.tests:
            path, _, name = test.partition("::")
            assert re.search(rf"^def {name}\(", (ROOT / path).read_text(), re.MULTILINE), test


def test_every_guard_has_one_name_and_somebody_who_watches():
    ids = [guard.id for guard in GUARDS]

    assert len(ids) == len(set(ids))
    assert set(FIRST) <= set(ids)
    assert all(guard.tests for guard in GUARDS)


def test_a_guard_is_back_afterwards():
    before = permissions.Actor.may
    with replaced("tenants.permissions:Actor.may", None)():
        assert permissions.Actor.may is None

    assert permissions.Actor.may is before


@pytest.mark.django_db(transaction=True)
def test_a_constraint_is_back_afterwards():
    with without_constraint("kernel_numbersequence", "sequence_one_per_name")():
        pass

    with context.in_store(Store.objects.get(slug="kopi")):
        NumberSequence.objects.create(name="twice")
        with pytest.raises(IntegrityError, match="sequence_one_per_name"):
            NumberSequence.objects.create(name="twice")


def test_what_is_gone_cannot_be_taken_away():
    with pytest.raises(LookupError):
        replaced("tenants.permissions:Actor.might", None)()


@pytest.mark.parametrize(
    ("raised", "verdict"),
    [
        ([], "stays green"),
        ([AssertionError()], "red"),
        ([pytest.fail.Exception("DID NOT RAISE")], "red"),
        ([KeyError()], "red"),
        ([AssertionError(), TypeError("x")], "fails for another reason: TypeError('x')"),
    ],
)
def test_a_test_counts_as_red_when_it_says_what_is_wrong(raised: list[BaseException], verdict: str):
    guard = Guard("tests", "", replaced("tenants.permissions:Actor.may", None), (), (KeyError,))

    assert verdict_without(guard, raised) == verdict
