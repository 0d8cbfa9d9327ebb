"""Stores and two releases survive every migration: see tenants.fleet.lint."""

from tenants.fleet import lint
from tenants.fleet.allowed import ALLOWED


def test_no_migration_locks_a_busy_store_or_breaks_the_release_before():
    assert [str(each) for each in lint.findings()] == []


def test_every_exception_has_its_reason():
    assert [name for name, rules in ALLOWED.items() for reason in rules.values() if len(reason) < 20] == []
