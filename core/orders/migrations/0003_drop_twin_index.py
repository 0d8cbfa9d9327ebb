"""Drop the index on orders_orderline.order_id: `order_line_one_per_sku` begins with the same column and serves its questions.

Runs once per store schema. Expand step; old code keeps working. Time: no row is read. As SQL, since Django
would drop the foreign key as well and check every row when it makes it again.
Back: makes the index again, which blocks writes to the table meanwhile.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_bulk_runs_and_search")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX orders_orderline_order_id_17f8f3ef",
                    "CREATE INDEX orders_orderline_order_id_17f8f3ef ON orders_orderline (order_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="orderline",
                    name="order",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="orders.order",
                    ),
                )
            ],
        )
    ]
