"""Chain the audit log: a link per entry, and the end of the chain.

Runs once per store schema. Expand step: two small tables and an index; old code keeps working, but what it
writes while both run is not in the chain, so finish the roll-out before trusting `verify_audit`. Entries from
before are taken in by the first one that is written afterwards.
Time: the index reads the log once, about a second per million entries.
Back: drops both tables and the index; the entries stay.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_store_looked_at")]

    operations = [
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.BigIntegerField(default=0)),
                ("hash", models.CharField(default="", max_length=64)),
                ("key", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="audit_head_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="link",
                        serialize=False,
                        to="kernel.auditentry",
                    ),
                ),
                ("position", models.BigIntegerField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["position"], name="audit_link_one_position")],
            },
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["-at", "-id"], name="audit_newest_first"),
        ),
    ]
