"""Let sellers bring domains of their own: claims with their proof, and names in quarantine after release.

Creates two tables in public; touches no row. Expand step; old code ignores both.
Back: drops the tables. Hostnames that were proven meanwhile stay and keep routing.
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_job_started_at")]

    operations = [
        migrations.CreateModel(
            name="DomainClaim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("token", models.CharField(blank=True, max_length=64)),
                ("findings", models.JSONField(default=list)),
                ("checked_at", models.DateTimeField(null=True)),
                ("next_check_at", models.DateTimeField(null=True)),
                ("connected_at", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("lapsed_at", models.DateTimeField(null=True)),
                (
                    "hostname",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claim",
                        to="tenants.hostname",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["next_check_at"], name="domain_claim_by_next_check")],
            },
        ),
        migrations.CreateModel(
            name="ReleasedDomain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=253, unique=True)),
                ("until", models.DateTimeField()),
                (
                    "store",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="released_domains",
                        to="tenants.store",
                    ),
                ),
            ],
        ),
    ]
