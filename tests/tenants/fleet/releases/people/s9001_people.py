"""A step in Python, on the rows of each store."""

from django.db import migrations

from tests.tenants.fleet.releases import LATEST


def shout(apps, schema_editor):
    Customer = apps.get_model("customers", "Customer")
    for each in Customer.objects.all():
        each.name = each.name.upper()
        each.save(update_fields=["name"])


class Migration(migrations.Migration):
    dependencies = [("customers", LATEST)]
    operations = [migrations.RunPython(shout, migrations.RunPython.noop)]
