"""Say what each of the staff looks after; those who are there may do everything, as before.

Expand: one column in public with a default of the database. Back: drops it, and everybody may do everything again.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0012_store_moves"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="staff_role",
            field=models.CharField(
                choices=[("SUPPORT", "Support"), ("FINANCE", "Finance"), ("ADMIN", "Admin")],
                db_default="ADMIN",
                default="ADMIN",
                max_length=7,
            ),
        ),
    ]
