"""Migrations that a busy store or the release before would not survive are refused, each by its rule."""

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.core.management import call_command
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState

from tenants.fleet import lint

NOTE = "Expand step. Back: drops it."
CHAR = models.CharField(max_length=20)


def noop(apps, schema_editor) -> None:
    """Nothing."""


def broken(*operations, note: str = NOTE, atomic: bool = True, model: str = "Order") -> set[str]:
    """The rules that a migration of the room of orders breaks."""
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("number", models.CharField(max_length=20, null=True)),
    ]
    state.add_model(ModelState("orders", model, fields))
    migration = migrations.Migration("0009_x", "orders")
    migration.operations, migration.atomic = list(operations), atomic
    return {each.rule for each in lint.check(migration, state, note)}


def index(name: str = "x") -> models.Index:
    return models.Index(fields=["number"], name=name)


def test_our_own_migrations_break_no_rule_without_a_reason():
    assert [str(each) for each in lint.findings()] == []
    call_command("lint_migrations")


@pytest.mark.parametrize(
    ("operation", "rule"),
    [
        (migrations.RenameField("order", "number", "code"), "rename"),
        (migrations.RenameModel("Order", "Purchase"), "rename"),
        (migrations.RemoveField("order", "number"), "drop"),
        (migrations.DeleteModel("Order"), "drop"),
        (migrations.AddField("order", "x", models.CharField(max_length=5, default="")), "not_null"),
        (migrations.AlterField("order", "number", CHAR), "not_null"),
        (migrations.AlterField("order", "number", models.IntegerField(null=True)), "type"),
        (migrations.AlterField("order", "number", models.CharField(max_length=9, null=True)), "type"),
        (migrations.AddIndex("order", index()), "index"),
        (migrations.AddConstraint("order", models.UniqueConstraint(fields=["number"], name="x")), "index"),
        (migrations.AddField("order", "x", models.CharField(null=True, max_length=5, unique=True)), "index"),
        (
            migrations.AddConstraint("order", models.CheckConstraint(condition=models.Q(id__gt=0), name="x")),
            "check",
        ),
        (migrations.RunPython(noop), "one_way"),
        (migrations.RunSQL("DROP TABLE orders_order", ""), "drop"),
        (migrations.RunSQL("ALTER TABLE orders_order RENAME number TO code", ""), "rename"),
        (migrations.RunSQL("CREATE INDEX x ON orders_order (number)", ""), "index"),
        (migrations.RunSQL("SELECT 1"), "one_way"),
    ],
)
def test_an_unsafe_step_is_refused(operation, rule: str):
    assert rule in broken(operation)


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("order", "x", models.CharField(max_length=5, null=True)),
        migrations.AddField("order", "x", models.CharField(max_length=5, db_default="")),
        migrations.AddField("order", "x", models.ManyToManyField("orders.Order")),
        migrations.AlterField("order", "number", models.CharField(max_length=90, null=True)),
        migrations.AlterField("order", "number", models.TextField(null=True)),
        AddConstraintNotValid("order", models.CheckConstraint(condition=models.Q(id__gt=0), name="x")),
        migrations.RunPython(noop, migrations.RunPython.noop),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY x ON orders_order (number)", ""),
    ],
)
def test_a_safe_step_is_not(operation):
    assert broken(operation) == set()


def test_rows_and_structure_are_two_files():
    step = migrations.RunPython(noop, migrations.RunPython.noop)

    assert broken(step, migrations.AddField("order", "x", models.TextField(null=True))) == {"mixed"}


def test_what_runs_without_a_transaction_stands_alone():
    assert broken(AddIndexConcurrently("order", index()), atomic=False) == set()
    two = [AddIndexConcurrently("order", index("x")), AddIndexConcurrently("order", index("y"))]
    assert broken(*two, atomic=False) == {"alone"}


def test_an_index_on_a_small_table_is_no_trouble():
    assert broken(migrations.AddIndex("bulkrun", index()), model="BulkRun") == set()


def test_a_new_table_may_have_whatever_it_wants():
    made = migrations.CreateModel("Thing", [("id", models.BigAutoField(primary_key=True))])

    assert (
        broken(made, migrations.AddField("thing", "x", CHAR), migrations.AddIndex("thing", index())) == set()
    )


def test_a_drop_is_fine_where_the_note_says_that_nobody_reads_it_any_more():
    note = "Contract step: unused since release 7. Back: adds it again, empty."

    assert broken(migrations.RemoveField("order", "number"), note=note) == set()


def test_a_change_without_a_way_back_in_its_note_is_refused():
    field = migrations.AddField("order", "x", models.TextField(null=True))

    assert broken(field, note="") == {"note"}


def test_an_exception_that_nothing_needs_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(lint.ALLOWED, "orders.0001_initial", {"drop": "for fun"})

    assert [(each.migration, each.rule) for each in lint.findings()] == [("orders.0001_initial", "stale")]
