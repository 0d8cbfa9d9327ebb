"""Index waybill numbers, so that a search of the order list finds them.

Runs once per store schema. Expand step: one new index; old code keeps working.
Time: reads every parcel once, well under 1 s for 100,000, and blocks writes meanwhile.
Back: drops the index; nothing is lost.
"""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("fulfilment", "0001_initial"),
        ("orders", "0002_bulk_runs_and_search"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="fulfilment",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("waybill"), name="gin_trgm_ops"
                ),
                name="fulfilment_by_waybill",
            ),
        ),
    ]
