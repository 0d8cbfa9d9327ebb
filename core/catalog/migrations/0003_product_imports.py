"""Files of products that somebody brought, and how far each has been taken over.

Runs once per store schema. Expand step: a new table, empty; old code does not know it. Time: no row is read.
Back: drops the table; what was imported stays.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_drop_twin_index")]

    operations = [
        migrations.CreateModel(
            name="ProductImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(max_length=32)),
                ("name", models.CharField(max_length=120)),
                ("path", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("CHECKING", "Being checked"),
                            ("READY", "Checked"),
                            ("RUNNING", "Running"),
                            ("DONE", "Done"),
                            ("REFUSED", "Refused"),
                        ],
                        default="CHECKING",
                        max_length=8,
                    ),
                ),
                ("rows", models.PositiveIntegerField(default=0)),
                ("done_rows", models.PositiveIntegerField(default=0)),
                ("made", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("wrong", models.PositiveIntegerField(default=0)),
                ("errors", models.JSONField(default=list)),
                ("trouble", models.CharField(blank=True, max_length=300)),
                ("sets_costs", models.BooleanField(default=False)),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_id", models.CharField(blank=True, max_length=40)),
                ("actor_name", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["public_id"], name="product_import_one_public_id")
                ]
            },
        ),
    ]
