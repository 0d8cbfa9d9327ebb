"""Let designs be drafted and taken back, and let front pages show chosen products.

Runs once per store schema. Expand step: adds a table, and a column with a constant default, which rewrites
nothing. Old code keeps working: it knows no PRODUCTS section and shows none.
Back: drops both; published dress and front page stay, drafts and the way back to earlier designs are lost.
"""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("storefront", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="DesignVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(choices=[("DRAFT", "Draft"), ("SHOWN", "Published")], max_length=5),
                ),
                ("design", models.JSONField()),
                ("made_at", models.DateTimeField()),
                ("actor_name", models.CharField(max_length=80)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "DRAFT")),
                        fields=("state",),
                        name="design_version_one_draft",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="homesection",
            name="product_public_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=32), blank=True, db_default=[], default=list, size=None
            ),
        ),
        migrations.AlterField(
            model_name="homesection",
            name="kind",
            field=models.CharField(
                choices=[
                    ("HERO", "Opening picture"),
                    ("CATEGORIES", "Categories"),
                    ("NEWEST", "Newest products"),
                    ("CATEGORY", "Products of a category"),
                    ("PRODUCTS", "Chosen products"),
                    ("TEXT", "Text"),
                ],
                max_length=10,
            ),
        ),
    ]
