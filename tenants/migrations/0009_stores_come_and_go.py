"""Remember archives, backups, restorations and deletions of stores.

Adds three tables of public; a store may be in a further state, which needs no statement. Expand step; old code
uses none of it. Back: drops the tables, and with them what is known of archives and the proofs of deletions.
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0008_dead_duties"),
    ]

    operations = [
        migrations.AlterField(
            model_name="store",
            name="state",
            field=models.CharField(
                choices=[
                    ("REQUESTED", "Requested"),
                    ("SCHEMA_MADE", "Schema made"),
                    ("MIGRATED", "Tables made"),
                    ("PREPARED", "Prepared"),
                    ("ACTIVE", "Active"),
                    ("SUSPENDED", "Suspended"),
                    ("LEAVING", "Being deleted"),
                    ("CLOSED", "Closed"),
                ],
                default="REQUESTED",
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="StoreArchive",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("store_uid", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("DOWNLOAD", "Download"),
                            ("BACKUP", "Backup"),
                            ("LAST", "Last archive before deletion"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "Being prepared"),
                            ("READY", "Ready"),
                            ("FAILED", "Failed"),
                            ("GONE", "Removed"),
                        ],
                        default="WAITING",
                        max_length=7,
                    ),
                ),
                ("path", models.CharField(blank=True, max_length=200)),
                ("bytes", models.PositiveBigIntegerField(default=0)),
                ("rows", models.PositiveBigIntegerField(default=0)),
                ("files", models.PositiveIntegerField(default=0)),
                ("asked_by", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="archives",
                        to="tenants.store",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Restoration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "Waiting"),
                            ("BUILDING", "Being rebuilt"),
                            ("DONE", "Done"),
                            ("FAILED", "Failed"),
                            ("UNDONE", "Undone"),
                        ],
                        default="WAITING",
                        max_length=8,
                    ),
                ),
                ("new_schema", models.CharField(blank=True, max_length=63)),
                ("kept_schema", models.CharField(blank=True, max_length=63)),
                ("keep_until", models.DateTimeField(null=True)),
                ("asked_by", models.CharField(max_length=80)),
                ("trouble", models.CharField(blank=True, max_length=300)),
                ("counts", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="restorations",
                        to="tenants.store",
                    ),
                ),
                (
                    "archive",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="restorations",
                        to="tenants.storearchive",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StoreDeletion",
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
                (
                    "state",
                    models.CharField(
                        choices=[("SCHEDULED", "Scheduled"), ("UNDONE", "Undone"), ("DONE", "Done")],
                        default="SCHEDULED",
                        max_length=9,
                    ),
                ),
                ("state_before", models.CharField(max_length=12)),
                ("language", models.CharField(max_length=5)),
                ("asked_by", models.CharField(max_length=80)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("steps", models.JSONField(default=list)),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="deletions",
                        to="tenants.store",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="storearchive",
            index=models.Index(fields=["store", "kind", "-created_at"], name="store_archive_by_store"),
        ),
        migrations.AddConstraint(
            model_name="restoration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["WAITING", "BUILDING"])),
                fields=("store",),
                name="restoration_one_open",
            ),
        ),
        migrations.AddIndex(
            model_name="storedeletion",
            index=models.Index(
                condition=models.Q(("state", "SCHEDULED")), fields=["due_at"], name="store_deletion_by_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="storedeletion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "SCHEDULED")), fields=("store",), name="store_deletion_one_open"
            ),
        ),
    ]
