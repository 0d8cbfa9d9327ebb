"""Remember what head is, and keep ready schemas for stores to come.

Creates two tables in public; touches no row. Expand step; old code ignores them and builds new stores as before.
Back: empty the pool first (STORE_POOL_SIZE=0 and one run of the worker), for its schemas would stay without
an owner; then it drops both tables.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0006_seal_second_factors")]

    operations = [
        migrations.CreateModel(
            name="Blueprint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=32)),
                ("fingerprint", models.CharField(max_length=64)),
                ("drawn_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("digest",), name="blueprint_one_digest")],
            },
        ),
        migrations.CreateModel(
            name="SpareSchema",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("schema_name", models.CharField(max_length=63)),
                ("fingerprint", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("schema_name",), name="spare_schema_one_name"),
                    models.CheckConstraint(
                        condition=models.Q(("schema_name__regex", "^s_[a-z2-7]{16}$")),
                        name="spare_schema_name_is_opaque",
                    ),
                ],
            },
        ),
    ]
