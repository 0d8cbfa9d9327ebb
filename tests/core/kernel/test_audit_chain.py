"""The audit log tells when somebody has changed it (INV-12)."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from core.kernel import audit, audit_chain, history, sequences
from core.kernel.audit_chain import Break, broken_links
from core.kernel.models import AuditEntry, AuditHead, AuditLink
from tenants import context
from tenants.models import Store
from tenants.permissions import SYSTEM

committing = pytest.mark.django_db(transaction=True)


def note(action: str = "test.done", **changes: object) -> None:
    audit.write(actor=SYSTEM, action=action, subject="test", subject_id="1", changes=changes)


@transaction.atomic
def note_in_vain() -> None:
    note("test.lost")
    raise ValueError("no")


def at_once(*works: Callable[[], None]) -> list[BaseException]:
    """Run each in a thread of its own; returns what went wrong."""
    failures: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as failure:  # told to the thread that asserts
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def log(store: Store) -> list[int]:
    """Five entries in the chain, by one transaction."""
    for number in range(5):
        note(step=[number, number + 1], words="Kopi “Gayo” ½")
    context.run_last_acts()
    return list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))[-5:]


def test_a_log_that_nobody_touched_holds(log: list[int]):
    assert list(broken_links()) == []
    assert audit_chain.length() >= 5


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("changes", '{"step": [0, 9]}'),
        ("actor_name", "Budi"),
        ("at", "2020-01-01T00:00:00Z"),
        ("action", "test.else"),
        ("subject_id", "2"),
    ],
)
def test_a_changed_row_is_named(log: list[int], column: str, value: str):
    sql(f"UPDATE kernel_auditentry SET {column} = %s WHERE id = %s", value, log[2])

    place = AuditLink.objects.get(entry_id=log[2]).position
    assert [(found.entry_id, found.position, found.kind) for found in broken_links()] == [
        (log[2], place, Break.CHANGED)
    ]


def test_a_deleted_row_is_missed(log: list[int]):
    place = AuditLink.objects.get(entry_id=log[1]).position
    sql("DELETE FROM kernel_auditlink WHERE entry_id = %s", log[1])
    sql("DELETE FROM kernel_auditentry WHERE id = %s", log[1])

    assert [(found.position, found.kind) for found in broken_links()] == [(place, Break.DELETED)]


def test_rows_cut_off_at_the_end_are_missed(log: list[int]):
    sql("DELETE FROM kernel_auditlink WHERE entry_id = %s", log[-1])
    sql("DELETE FROM kernel_auditentry WHERE id = %s", log[-1])

    assert [found.kind for found in broken_links()] == [Break.CUT_OFF]


def test_an_inserted_row_is_named(log: list[int]):
    sql(
        "INSERT INTO kernel_auditentry (at, actor_kind, actor_id, actor_name, action, subject, subject_id, "
        "changes) SELECT at, actor_kind, actor_id, 'Budi', action, subject, subject_id, changes "
        "FROM kernel_auditentry WHERE id = %s",
        log[0],
    )

    found = list(broken_links())
    assert [(each.entry_id > log[-1], each.kind) for each in found] == [(True, Break.INSERTED)]


def test_two_rows_that_changed_places_are_both_named(log: list[int]):
    sql("UPDATE kernel_auditlink SET position = -position WHERE entry_id = ANY(%s)", log[1:3])
    first, second = (-AuditLink.objects.get(entry_id=pk).position for pk in log[1:3])
    sql("UPDATE kernel_auditlink SET position = %s WHERE entry_id = %s", second, log[1])
    sql("UPDATE kernel_auditlink SET position = %s WHERE entry_id = %s", first, log[2])

    assert {found.entry_id for found in broken_links()} >= set(log[1:3])


def test_a_hash_cannot_be_made_without_the_sealed_key(log: list[int]):
    """Who copies how it is done still lacks the key: another one gives another chain."""
    sql("UPDATE kernel_auditentry SET actor_name = 'Budi' WHERE id = %s", log[-1])
    entry = AuditEntry.objects.get(pk=log[-1])
    before = AuditLink.objects.get(entry_id=log[-2])
    forged = audit_chain._hash(b"guessed", entry, before.position + 1, before.hash)
    AuditLink.objects.filter(entry_id=log[-1]).update(hash=forged)
    AuditHead.objects.update(hash=forged)

    assert [found.entry_id for found in broken_links()] == [log[-1]]


def test_only_the_newest_places_may_be_asked_for(log: list[int]):
    sql("UPDATE kernel_auditentry SET actor_name = 'Budi' WHERE id = %s", log[0])

    assert list(broken_links(newest=3)) == []
    assert [found.entry_id for found in broken_links(newest=5)] == [log[0]]


def test_the_past_is_chained_in_the_order_in_which_it_is_told(store: Store):
    note("test.now")
    with history.at(datetime(2025, 1, 1, tzinfo=UTC)):
        note("test.past")
    context.run_last_acts()

    actions = AuditLink.objects.order_by("-position").values_list("entry__action", flat=True)
    assert list(actions[:2]) == ["test.past", "test.now"]
    assert list(broken_links()) == []


def test_a_rolled_back_savepoint_leaves_no_place(store: Store):
    note("test.first")
    with pytest.raises(ValueError, match="no"):
        note_in_vain()
    note("test.second")
    context.run_last_acts()

    actions = AuditLink.objects.order_by("-position").values_list("entry__action", flat=True)
    assert list(actions[:2]) == ["test.second", "test.first"]
    assert list(broken_links()) == []


@committing
def test_every_commit_links_what_it_wrote(kopi: Store):
    with context.in_store(kopi):
        begin = audit_chain.length()
        note("test.alone")
        with transaction.atomic():
            note("test.one")
            note("test.two")
        with pytest.raises(ValueError, match="no"):
            note_in_vain()

        links = AuditLink.objects.filter(position__gt=begin).order_by("position")
        assert [link.entry.action for link in links] == ["test.alone", "test.one", "test.two"]
        assert list(broken_links()) == []


@committing
def test_what_was_written_before_there_was_a_chain_is_taken_in(kopi: Store):
    with context.in_store(kopi):
        sql("TRUNCATE kernel_audithead, kernel_auditlink")
        AuditEntry.objects.bulk_create(
            [AuditEntry(at=datetime(2026, 1, 1, tzinfo=UTC), action="test.old", subject="test")]
        )
        note("test.new")

        assert audit_chain.length() == AuditEntry.objects.count()
        assert list(broken_links()) == []


@committing
def test_many_at_once_make_one_chain(kopi: Store):
    """Eight writers, thirty transactions of two entries each."""

    def write() -> None:
        with context.in_store(kopi):
            for _ in range(30):
                with transaction.atomic():
                    note()
                    note()

    with context.in_store(kopi):
        begin = audit_chain.length()
        assert at_once(*[write] * 8) == []
        assert audit_chain.length() == begin + 480
        assert list(broken_links()) == []


@committing
def test_the_chain_is_in_no_deadlock(kopi: Store):
    """One writes the log and then waits for a row, the other has the row and then writes the log."""
    both_are_there = threading.Barrier(2, timeout=20)

    def take_number() -> None:
        with context.in_store(kopi), transaction.atomic():
            note()
            both_are_there.wait()
            sequences.next_number("tests")

    def write_log() -> None:
        with context.in_store(kopi), transaction.atomic():
            sequences.next_number("tests")
            both_are_there.wait()
            note()

    with context.in_store(kopi):
        sequences.next_number("tests")
        assert at_once(take_number, write_log) == []
        assert list(broken_links()) == []


def test_the_command_says_where_the_log_broke(log: list[int], kopi: Store, capsys: pytest.CaptureFixture):
    call_command("verify_audit", store="kopi")
    assert "holds" in capsys.readouterr().out

    sql("UPDATE kernel_auditentry SET actor_name = 'Budi' WHERE id = %s", log[2])
    with pytest.raises(CommandError, match="kopi"):
        call_command("verify_audit", store="kopi")
    assert f"entry {log[2]} was changed" in capsys.readouterr().out


def test_the_command_knows_its_stores(db: None):
    with pytest.raises(CommandError, match="no store"):
        call_command("verify_audit", store="nobody")
