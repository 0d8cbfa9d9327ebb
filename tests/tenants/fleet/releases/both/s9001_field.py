"""Expand step: a column whose default the database knows, so that old code can still insert."""

from django.db import migrations, models

from tests.tenants.fleet.releases import LATEST


class Migration(migrations.Migration):
    dependencies = [("customers", LATEST)]
    operations = [migrations.AddField("customer", "pet", models.CharField(db_default="", max_length=20))]
