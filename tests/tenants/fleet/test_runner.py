"""Every store comes to head, each by itself: one that cannot is named and keeps nobody else."""

from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, ProgrammingError, connection, migrations, models
from django.utils import timezone

from core.customers.models import Customer
from tenants import blueprint, context, schemas, structure
from tenants.fleet import crew, ledger, moving, runner, steps
from tenants.fleet.plans import Release
from tenants.models import FleetRun, RenderedStep, RunState, SpareSchema, StepState, Store, StoreVersion
from tests.factories.customers import customer

pytestmark = pytest.mark.django_db
FIELD, PEOPLE = "customers.s9001_field", "customers.s9002_people"


@pytest.fixture
def release(settings) -> Iterator[Callable[[str], None]]:
    """Let this code be of a later release: `release("field")`."""

    def take(name: str) -> None:
        settings.MIGRATION_MODULES = {"customers": f"tests.tenants.fleet.releases.{name}"}

    yield take
    steps._known.clear()


@pytest.fixture
def through_django(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The schemas in which Django itself did a migration."""
    seen: list[str] = []
    by_django = steps._through_django

    def listen(release: Release, schema_name: str, *rest: object) -> None:
        seen.append(schema_name)
        by_django(release, schema_name, *rest)

    monkeypatch.setattr(steps, "_through_django", listen)
    return seen


def sql(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def has_pet(store: Store) -> bool:
    return any("customers_customer pet" in line for line in structure.lines(store.schema_name))


def spoil(store: Store) -> None:
    """Let the release's migration fail in this store alone."""
    sql(f"ALTER TABLE {store.schema_name}.customers_customer ADD COLUMN pet text")


def states() -> dict[str, str]:
    return dict(StoreVersion.objects.values_list("store__slug", "state"))


def test_every_store_gets_the_same_and_says_so(kopi: Store, batik: Store, release):
    release("field")

    outcome = runner.run()

    assert (outcome.moved, outcome.failures, outcome.is_good) == (2, [], True)
    for store in (kopi, batik):
        assert structure.lines(store.schema_name) == structure.lines(schemas.TEMPLATE)
        assert FIELD in (ledger.had(store.schema_name) or ())
    assert states() == {"kopi": StepState.DONE, "batik": StepState.DONE}
    assert FleetRun.objects.get().state == RunState.DONE
    assert ledger.behind(Release()) == []


def test_what_is_replayed_is_what_django_makes(kopi: Store, batik: Store, release, through_django):
    by_django = schemas.new_schema_name()
    schemas.make(by_django)
    schemas.furnish(by_django)
    release("field")

    runner.run()
    schemas.migrate(by_django)

    assert through_django == [schemas.TEMPLATE]
    assert structure.lines(kopi.schema_name) == structure.lines(by_django)
    assert ledger.had(kopi.schema_name) == ledger.had(by_django)


def test_a_second_run_finds_nothing_to_do(kopi: Store, release):
    release("field")
    runner.run()

    assert runner.run().moved == 0
    assert FleetRun.objects.count() == 1


def test_a_step_in_python_runs_in_each_store_on_its_own_rows(kopi: Store, batik: Store, release):
    for store, name in ((kopi, "Dewi"), (batik, "Agus")):
        with context.in_store(store):
            customer(name=name)
    release("both")

    assert runner.run().moved == 2

    for store, name in ((kopi, "DEWI"), (batik, "AGUS")):
        assert name in {row[0] for row in sql(f"SELECT name FROM {store.schema_name}.customers_customer")}
    assert list(RenderedStep.objects.values_list("migration", flat=True)) == [FIELD]


def test_states_are_built_once_however_many_stores_there_are(kopi, batik, release, monkeypatch):
    built: list[str] = []
    prepare = Release._prepare
    monkeypatch.setattr(Release, "_prepare", lambda *args: built.append(args[2]) or prepare(*args))
    release("both")

    runner.run()

    assert built == [FIELD, PEOPLE]


def test_a_store_that_cannot_is_named_and_keeps_nobody_else(kopi: Store, batik: Store, release):
    spoil(batik)
    release("field")

    outcome = runner.run()

    assert (outcome.moved, has_pet(kopi), outcome.is_good) == (1, True, False)
    (row,) = outcome.failures
    assert (row.store, row.migration, row.attempts) == (batik, FIELD, 1)
    assert "already exists" in row.error
    assert FIELD not in (ledger.had(batik.schema_name) or ())
    assert FleetRun.objects.get().state == RunState.FAILED


def test_the_command_says_which_store_and_ends_with_an_error(kopi: Store, batik: Store, release):
    spoil(batik)
    release("field")
    said = StringIO()

    with pytest.raises(CommandError, match="1 stores stay behind, 1 are at head"):
        call_command("migrate_fleet", stdout=said)

    assert f"batik ({batik.schema_name}): {FIELD}: ProgrammingError" in said.getvalue()


def test_a_store_that_was_put_right_is_done_by_the_next_run(kopi: Store, batik: Store, release):
    spoil(batik)
    release("field")
    runner.run()
    sql(f"ALTER TABLE {batik.schema_name}.customers_customer DROP COLUMN pet")

    outcome = runner.run()

    assert (outcome.moved, outcome.failures) == (1, [])
    assert states() == {"kopi": StepState.DONE, "batik": StepState.DONE}


def test_a_migration_that_the_template_refuses_touches_no_store(kopi: Store, release):
    sql(f"ALTER TABLE {schemas.TEMPLATE}.customers_customer ADD COLUMN pet text")
    release("field")

    with pytest.raises(CommandError, match="none was touched"):
        call_command("migrate_fleet")

    assert not has_pet(kopi)
    assert not FleetRun.objects.exists()


def test_our_own_stores_go_first_and_when_all_of_them_fail_nobody_follows(kopi: Store, batik: Store, release):
    Store.objects.filter(pk=batik.pk).update(is_demo=True)
    spoil(batik)
    release("field")

    outcome = runner.run()

    assert (outcome.is_stopped, has_pet(kopi)) == (True, False)
    assert states() == {"kopi": StepState.WAITING, "batik": StepState.FAILED}
    assert FleetRun.objects.get().state == RunState.STOPPED


def test_small_stores_go_before_large_ones_and_our_own_before_both():
    rows = [ledger.Behind(n, str(n), f"s_{n}", n == 3, frozenset()) for n in (1, 2, 3)]

    assert [row.store_id for row in ledger.in_order(rows)] == [3, 1, 2]


@pytest.mark.parametrize(("stores", "failed", "stop"), [(100, 50, False), (200, 2, False), (200, 3, True)])
def test_more_than_one_in_a_hundred_of_many_stops_the_run(stores: int, failed: int, stop: bool):
    assert crew.is_too_much({"all": stores, StepState.FAILED: failed}) is stop


def test_a_busy_store_is_tried_again_later_while_others_go_on(kopi, batik, release, monkeypatch):
    release("field")
    tried: list[str] = []
    apply = steps.apply

    def once_busy(release: Release, schema_name: str, **told: object) -> None:
        tried.append(schema_name)
        if tried.count(batik.schema_name) == 1 and schema_name == batik.schema_name:
            raise busy()
        apply(release, schema_name, **told)

    monkeypatch.setattr(steps, "apply", once_busy)
    monkeypatch.setattr(moving, "_pause", lambda attempts: timezone.timedelta(seconds=0.05))

    assert runner.run().moved == 2

    assert tried.count(batik.schema_name) == 2
    assert StoreVersion.objects.get(store=batik).attempts == 2


def busy() -> OperationalError:
    trouble = OperationalError("canceling statement due to lock timeout")
    trouble.__cause__ = type("Locked", (Exception,), {"pgcode": "55P03"})()
    return trouble


def test_a_store_that_stays_busy_is_given_up_after_five_times(kopi, batik, release, monkeypatch):
    release("field")
    apply = steps.apply

    def never(release: Release, schema_name: str, **told: object) -> None:
        if schema_name == batik.schema_name:
            raise busy()
        apply(release, schema_name, **told)

    monkeypatch.setattr(steps, "apply", never)
    monkeypatch.setattr(moving, "_pause", lambda attempts: timezone.timedelta())

    (row,) = runner.run().failures

    assert (row.store, row.attempts, row.state) == (batik, 5, StepState.FAILED)


def test_only_what_may_pass_is_tried_again():
    assert moving.is_passing(busy())
    assert not moving.is_passing(ProgrammingError("no such column"))
    timeout = OperationalError()
    timeout.__cause__ = type("Slow", (Exception,), {"pgcode": "57014"})()
    assert not moving.is_passing(timeout)


def test_a_store_without_its_list_is_named_and_nothing_is_done_to_it(kopi: Store, batik: Store, release):
    sql(f"DROP TABLE {batik.schema_name}.django_migrations")
    release("field")

    (row,) = runner.run().failures

    assert row.store == batik
    assert "NoList" in row.error
    assert not has_pet(batik)


def test_a_look_changes_nothing_and_asks_once(kopi: Store, release, django_assert_num_queries):
    release("field")
    new = Release()

    with django_assert_num_queries(1):
        rows = ledger.behind(new)

    assert {row.slug for row in rows} == {"kopi", "batik"}
    with pytest.raises(CommandError, match="2 stores are behind"):
        call_command("migrate_fleet", "--check", stdout=StringIO())
    assert not has_pet(kopi)


def test_at_head_a_look_is_content(kopi: Store):
    call_command("migrate_fleet", "--check", stdout=StringIO())


def test_ready_schemas_come_along(kopi: Store, release, settings, monkeypatch):
    settings.STORE_POOL_SIZE = 1
    name = schemas.new_schema_name()
    schemas.make(name)
    schemas.furnish(name)
    SpareSchema.objects.create(schema_name=name, fingerprint=structure.fingerprint(name))
    release("field")
    runner.bring_template(Release())
    blueprint.declare(structure.fingerprint(schemas.TEMPLATE))

    runner.run()

    spare = SpareSchema.objects.get(schema_name=name)
    assert spare.fingerprint == structure.fingerprint(name) == blueprint.head().fingerprint


def test_one_store_alone_goes_through_django_and_leaves_the_sql_for_others(
    kopi, batik, release, through_django
):
    schemas.drop(schemas.TEMPLATE)
    release("field")

    runner.run()

    assert len(through_django) == 1
    assert has_pet(kopi)
    assert has_pet(batik)


def test_rows_of_a_customer_survive_and_old_code_still_writes(kopi: Store, release):
    with context.in_store(kopi):
        before = customer(name="Dewi")
    release("field")
    runner.run()

    with context.in_store(kopi):
        customer(name="Agus")
        assert Customer.objects.get(pk=before.pk).name == "Dewi"


def adds(field: models.Field) -> migrations.Migration:
    migration = migrations.Migration("x", "customers")
    migration.operations = [migrations.AddField("customer", "x", field)]
    return migration


def test_a_token_or_a_time_is_never_the_same_for_all_stores():
    assert steps.is_replayable(adds(models.JSONField(default=list)))
    assert not steps.is_replayable(adds(models.DateTimeField(default=timezone.now)))
    assert not steps.is_replayable(adds(models.DateTimeField(auto_now_add=True)))


def test_a_store_that_stays_behind_keeps_no_release_from_the_others(
    kopi: Store, batik: Store, release, monkeypatch
):
    spoil(batik)
    release("field")
    monkeypatch.setattr(schemas, "draw_blueprint", lambda: None)

    call_command("setup", stdout=StringIO(), stderr=(said := StringIO()))

    assert "1 stores stay behind" in said.getvalue()
    assert has_pet(kopi)
