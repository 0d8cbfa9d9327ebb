"""Remember which store stands at which release, what moving it came to, and the SQL that moves it.

Public: three new tables, and a function that reads a schema's list of migrations. Touches no row. Expand
step; old code ignores them. Back: drops all four; what stores really have stands in the stores.
"""

import django.db.models.deletion
from django.db import migrations, models

FUNCTION = """
CREATE OR REPLACE FUNCTION public.tenants_migrations_of(schema_name text) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE names text[];
BEGIN
    IF to_regclass(format('%I.django_migrations', schema_name)) IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format(
        'SELECT coalesce(array_agg(app || ''.'' || name), ''{}'') FROM %I.django_migrations', schema_name
    ) INTO names;
    RETURN names;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0009_stores_come_and_go")]

    operations = [
        migrations.CreateModel(
            name="FleetRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("target", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("RUNNING", "Running"),
                            ("DONE", "Done"),
                            ("FAILED", "Some stores failed"),
                            ("STOPPED", "Stopped: too many failed"),
                            ("BROKEN_OFF", "Broken off"),
                        ],
                        default="RUNNING",
                        max_length=10,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "RUNNING")),
                        fields=("state",),
                        name="fleet_run_one_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RenderedStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("migration", models.CharField(max_length=255)),
                ("statements", models.TextField(blank=True)),
                ("rendered_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("key",), name="rendered_step_one_key")],
            },
        ),
        migrations.CreateModel(
            name="StoreVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("target", models.CharField(max_length=64)),
                ("migration", models.CharField(blank=True, max_length=255)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "Waiting"),
                            ("RUNNING", "Running"),
                            ("DONE", "Done"),
                            ("FAILED", "Failed"),
                        ],
                        default="WAITING",
                        max_length=7,
                    ),
                ),
                ("place", models.PositiveIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("due_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="stores",
                        to="tenants.fleetrun",
                    ),
                ),
                (
                    "store",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="version",
                        to="tenants.store",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["run", "state", "place"], name="store_version_by_place")],
            },
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION public.tenants_migrations_of(text)"),
    ]
