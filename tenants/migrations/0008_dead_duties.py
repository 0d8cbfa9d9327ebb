"""Find the duties that were given up without reading all that were done.

Adds one index to one table of public, empty as long as nothing is given up; made without locking the table,
so outside a transaction. Expand step; old code does not use it. Back: drops it.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tenants", "0007_spare_schemas")]

    operations = [
        AddIndexConcurrently(
            model_name="job",
            index=models.Index(
                fields=["kind"], condition=models.Q(("state", "DEAD")), name="job_dead_by_kind"
            ),
        ),
    ]
