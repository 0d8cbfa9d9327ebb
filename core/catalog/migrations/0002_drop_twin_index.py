"""Drop the index on catalog_product.category_id: `product_by_category` begins with the same column and serves its questions.

Runs once per store schema. Expand step; old code keeps working. Time: no row is read. As SQL, since Django
would drop the foreign key as well and check every row when it makes it again.
Back: makes the index again, which blocks writes to the table meanwhile.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX catalog_product_category_id_35bf920b",
                    "CREATE INDEX catalog_product_category_id_35bf920b ON catalog_product (category_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="product",
                    name="category",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="products",
                        to="catalog.category",
                    ),
                )
            ],
        )
    ]
