"""A key for each store's backups and archives, and whether an archive is sealed with it.

Expand: a new table in public, and a column with a constant default, which rewrites nothing. Keys are made with
a store's first file after this; archives from before are clear and stay readable.
Back: drops both. Archives that were sealed meanwhile open nowhere then: make new backups at once.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0010_fleet")]

    operations = [
        migrations.AddField(
            model_name="storearchive",
            name="is_sealed",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="StoreKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("store_uid", models.UUIDField(unique=True)),
                ("sealed", models.TextField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "store",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="data_key",
                        to="tenants.store",
                    ),
                ),
            ],
        ),
    ]
