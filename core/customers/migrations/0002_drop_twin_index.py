"""Drop the index on customers_address.customer_id: `address_once` begins with the same column and serves its questions.

Runs once per store schema. Expand step; old code keeps working. Time: no row is read. As SQL, since Django
would drop the foreign key as well and check every row when it makes it again.
Back: makes the index again, which blocks writes to the table meanwhile.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX customers_address_customer_id_f042422e",
                    "CREATE INDEX customers_address_customer_id_f042422e ON customers_address (customer_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="address",
                    name="customer",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="addresses",
                        to="customers.customer",
                    ),
                )
            ],
        )
    ]
