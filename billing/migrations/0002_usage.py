"""Remember how much of each thing a store has. A plain new table in public; back: drops it, nothing is lost."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("tenants", "0002_team_and_console")]

    operations = [
        migrations.CreateModel(
            name="Usage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=30)),
                ("used", models.BigIntegerField()),
                ("counted_at", models.DateTimeField()),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="usage",
                        to="tenants.store",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("store", "name"), name="usage_one_per_name")]
            },
        ),
    ]
