"""Name invitations for the world, let a code lead into the console, and keep a log of the platform's own acts.

Runs once, in public. Expand: one new table and three new columns that old code need not know. `uid` has a
volatile default, so PostgreSQL rewrites `tenants_invitation`, which holds a handful of rows per store.
Back: drops the table and the columns; the log is lost, codes for the console (good for a minute) with it.
"""

import uuid

import django.contrib.postgres.functions
import django.db.models.deletion
from django.db import migrations, models


def forget_console_codes(apps, schema_editor):
    """A code without a store would not fit the column as it was."""
    apps.get_model("tenants", "HandoffCode").objects.filter(store__isnull=True).delete()


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]

    operations = [
        migrations.AddField(
            "invitation",
            "uid",
            models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                unique=True,
            ),
        ),
        migrations.AddField("invitation", "sent_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "handoffcode",
            "store",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="tenants.store",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_console_codes),
        migrations.CreateModel(
            name="PlatformAct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="acts",
                        to="tenants.store",
                    ),
                ),
                ("store_slug", models.CharField(blank=True, max_length=40)),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_id", models.CharField(blank=True, max_length=40)),
                ("actor_name", models.CharField(blank=True, max_length=80)),
                ("action", models.CharField(max_length=40)),
                ("subject_id", models.CharField(blank=True, max_length=80)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("changes", models.JSONField(default=dict)),
            ],
            options={"indexes": [models.Index(fields=["store", "-at"], name="platform_act_by_store")]},
        ),
    ]
