"""Remember when a duty's latest run began, so that its page can say how much time is left.

Adds one nullable column to public.tenants_job: no rewrite, milliseconds. Expand step; old code ignores it.
Back: drops the column.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_team_and_console")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="started_at",
            field=models.DateTimeField(null=True),
        ),
    ]
