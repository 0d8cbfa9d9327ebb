"""Stores that move to another deployment's database.

Expand: a new table in public, and a state that the code before does not give to any store. A store in that
state answers nobody there either, for only ACTIVE ones do.
Back: end or undo every move first; drops the table.
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models

_STATES = [
    ("REQUESTED", "Requested"),
    ("SCHEMA_MADE", "Schema made"),
    ("MIGRATED", "Tables made"),
    ("PREPARED", "Prepared"),
    ("ACTIVE", "Active"),
    ("SUSPENDED", "Suspended"),
    ("MOVING", "Moving"),
    ("LEAVING", "Being deleted"),
    ("CLOSED", "Closed"),
]


class Migration(migrations.Migration):
    dependencies = [("tenants", "0011_store_keys")]

    operations = [
        migrations.AlterField(
            model_name="store",
            name="state",
            field=models.CharField(choices=_STATES, default="REQUESTED", max_length=12),
        ),
        migrations.CreateModel(
            name="StoreMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("store_uid", models.UUIDField()),
                ("store_slug", models.CharField(max_length=40)),
                ("is_arrival", models.BooleanField(default=False)),
                ("target", models.CharField(max_length=120)),
                ("target_slug", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WALKING", "Moving"),
                            ("TURNING", "Being undone"),
                            ("DONE", "Moved"),
                            ("UNDONE", "Undone"),
                        ],
                        default="WALKING",
                        max_length=7,
                    ),
                ),
                ("state_before", models.CharField(max_length=12)),
                ("asked_by", models.CharField(max_length=80)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("steps", models.JSONField(default=list)),
                ("facts", models.JSONField(default=dict)),
                ("trouble", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="moves",
                        to="tenants.store",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="storemove",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["WALKING", "TURNING"])),
                fields=("store",),
                name="store_move_one_open",
            ),
        ),
    ]
