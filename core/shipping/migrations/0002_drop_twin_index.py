"""Drop the index on shipping_shippingrate.method_id: `shipping_rate_one_per_step` begins with the same column and serves its questions.

Runs once per store schema. Expand step; old code keeps working. Time: no row is read. As SQL, since Django
would drop the foreign key as well and check every row when it makes it again.
Back: makes the index again, which blocks writes to the table meanwhile.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shipping", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX shipping_shippingrate_method_id_0b916115",
                    "CREATE INDEX shipping_shippingrate_method_id_0b916115 ON shipping_shippingrate (method_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="shippingrate",
                    name="method",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rates",
                        to="shipping.shippingmethod",
                    ),
                )
            ],
        )
    ]
