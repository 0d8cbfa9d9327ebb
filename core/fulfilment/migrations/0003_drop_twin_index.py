"""Drop the index on fulfilment_fulfilmentline.fulfilment_id: `fulfilment_line_once` begins with the same column and serves its questions.

Runs once per store schema. Expand step; old code keeps working. Time: no row is read. As SQL, since Django
would drop the foreign key as well and check every row when it makes it again.
Back: makes the index again, which blocks writes to the table meanwhile.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fulfilment", "0002_search_by_waybill")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX fulfilment_fulfilmentline_fulfilment_id_cb313a27",
                    "CREATE INDEX fulfilment_fulfilmentline_fulfilment_id_cb313a27 ON fulfilment_fulfilmentline (fulfilment_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="fulfilmentline",
                    name="fulfilment",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="fulfilment.fulfilment",
                    ),
                )
            ],
        )
    ]
