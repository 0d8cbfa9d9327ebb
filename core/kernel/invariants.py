"""What must be true of a store's rows at every moment, and how it is looked at.

Each room has an `invariants.py` with one function per rule, registered with `@invariant`. A rule is one or
two statements over the whole table and yields what it found broken. `manage.py check_invariants` and an
hourly duty of every store run them all; what they find is an alert in the staff console (`tenants.breaches`).
The ids are those of the reliability plan: INV-1 stock, INV-2 and INV-4 money, INV-3 fulfilment, and so on.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable
from django.utils import timezone

from core.kernel import audit_chain
from tenants import breaches, worklist
from tenants.breaches import Violation
from tenants.context import require_store

# What a rule yields: which row, what it should say, what it says.
Finding = tuple[Any, Any, Any]
Check = Callable[[], Iterable[Finding]]
MOST_PER_RULE = 100


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that must hold. `title` is for the staff, in English like the code."""

    id: str
    room: str
    title: str
    check: Check


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one rule: at most a hundred violations, and what looking cost."""

    rule: Rule
    violations: list[Violation]
    milliseconds: float
    queries: int


_rules: dict[str, Rule] = {}


def invariant(rule_id: str, title: str) -> Callable[[Check], Check]:
    """Register a function of a room's `invariants.py` as a rule."""

    def decorate(check: Check) -> Check:
        if rule_id in _rules:
            raise ValueError(f"There are two rules {rule_id}.")
        _rules[rule_id] = Rule(rule_id, check.__module__.split(".")[-2], title, check)
        return check

    return decorate


def rules() -> list[Rule]:
    """Every rule of every room, by id."""
    return [_rules[key] for key in sorted(_rules, key=_order)]


def _order(rule_id: str) -> list[int]:
    return [int(part) for part in rule_id.removeprefix("INV-").split(".")]


def check() -> list[Result]:
    """Look at every rule in the store in force. Changes nothing."""
    return [_look(rule) for rule in rules()]


def check_and_tell() -> list[Result]:
    """Look at every rule, and let the staff's console know what is broken and what no longer is."""
    results = check()
    breaches.keep(
        store=require_store(), found=[violation for result in results for violation in result.violations]
    )
    return results


def _look(rule: Rule) -> Result:
    """Run a rule; again when it finds something, for a purchase may have committed between two reads."""
    queries = 0

    def count(execute: Callable[..., Any], *call: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*call)

    begin = time.perf_counter()
    with connection.execute_wrapper(count):
        found = _violations(rule)
        seen, once = queries, time.perf_counter() - begin
        if found:
            again = {violation.subject for violation in _violations(rule)}
            found = [violation for violation in found if violation.subject in again]
    return Result(rule, found, once * 1000, seen)


def _violations(rule: Rule) -> list[Violation]:
    return [
        Violation(rule.room, rule.id, str(subject), str(expected), str(found))
        for subject, expected, found in islice(rule.check(), MOST_PER_RULE)
    ]


def differing(
    rows: QuerySet, *, subject: str | Combinable, expected: str | Combinable, found: str | Combinable
) -> Iterable[Finding]:
    """The rows in which two expressions, neither of them null, are not equal."""
    told = {"_expected": expected, "_found": found, "_subject": subject}
    asked = {name: F(value) if isinstance(value, str) else value for name, value in told.items()}
    differ = rows.annotate(**asked).exclude(_expected=F("_found"))
    return differ.order_by("pk").values_list("_subject", "_expected", "_found")[:MOST_PER_RULE]


# The kernel's own rules

# The whole chain is walked by `manage.py verify_audit`; an hour's entries are far fewer than these.
_LINKS = 5_000
_GRACE = timedelta(hours=1)


@invariant("INV-12.1", "the audit log is as it was written")
def audit_log_holds() -> Iterator[Finding]:
    """Every entry has its place, and the newest places hold."""
    for broken in audit_chain.broken_links(newest=_LINKS):
        where = f"place {broken.position}" if broken.position else f"entry {broken.entry_id}"
        yield f"audit log, {where}", "as it was written", str(broken)


@invariant("INV-11.2", "no duty is stuck")
def duties_are_done() -> Iterator[Finding]:
    """Due for an hour, or begun by a worker that died, and nobody took it. One that failed is no riddle."""
    for kind, state, since in worklist.stuck(require_store(), before=timezone.now() - _GRACE):
        yield kind, "taken by a worker", f"{state} since {since:%Y-%m-%d %H:%M}"
