"""Drop the index on payments_payment.order_id: `payment_one_attempt` begins with the same column and serves its questions.

Runs once per store schema. Expand step; old code keeps working. Time: no row is read. As SQL, since Django
would drop the foreign key as well and check every row when it makes it again.
Back: makes the index again, which blocks writes to the table meanwhile.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX payments_payment_order_id_22c479b7",
                    "CREATE INDEX payments_payment_order_id_22c479b7 ON payments_payment (order_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="payment",
                    name="order",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="orders.order",
                    ),
                )
            ],
        )
    ]
