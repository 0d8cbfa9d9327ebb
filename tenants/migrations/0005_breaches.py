"""Remember which rules were found broken, for an alert in the staff console.

Creates one table in public; touches no row. Expand step; old code ignores it.
Back: drops the table; the next hourly look finds again what is broken.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0004_domain_claims")]

    operations = [
        migrations.CreateModel(
            name="Breach",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("room", models.CharField(max_length=20)),
                ("rule", models.CharField(max_length=12)),
                ("subject", models.CharField(max_length=120)),
                ("expected", models.CharField(max_length=200)),
                ("found", models.CharField(max_length=200)),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="breaches",
                        to="tenants.store",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "breaches",
                "indexes": [models.Index(fields=["-first_seen_at"], name="breach_newest_first")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["store", "rule", "subject"],
                        condition=models.Q(("ended_at__isnull", True)),
                        nulls_distinct=False,
                        name="breach_one_open_per_subject",
                    )
                ],
            },
        ),
    ]
