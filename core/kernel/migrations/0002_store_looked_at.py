"""Remember when the seller first looked at their shop, for the opening checklist.

Runs once per store schema. Expand step: one nullable column, which rewrites nothing; old code keeps working.
Back: drops the column; the checklist asks again.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.AddField("storeprofile", "looked_at", models.DateTimeField(null=True)),
    ]
