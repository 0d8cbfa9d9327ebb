"""Let a message be followed on its way, and let staff say which mails they want.

Runs once per store schema. Expand step: new columns with constant defaults, which rewrite nothing; old code
keeps working. Public ids are given to the messages that exist, in batches of 1 000 rows.
Back: drops the columns and the staff's choices; no message is lost.
"""

from django.db import migrations, models

import core.kernel.ids

BATCH = 1_000


def name_messages(apps, schema_editor):
    """Give every message that has none a public id."""
    Message = apps.get_model("notifications", "Message")
    while rows := list(Message.objects.filter(public_id="")[:BATCH]):
        for row in rows:
            row.public_id = core.kernel.ids.new_id("msg")
        Message.objects.bulk_update(rows, ["public_id"])


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.AddField("message", "public_id", models.CharField(default="", max_length=32)),
        migrations.AddField("message", "about", models.CharField(blank=True, default="", max_length=40)),
        migrations.AddField("message", "source_id", models.BigIntegerField(default=0)),
        migrations.AddField("message", "attempts", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField(
            "message", "last_error", models.CharField(blank=True, default="", max_length=200)
        ),
        migrations.AddField("message", "claimed_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "message",
            "state",
            models.CharField(
                choices=[
                    ("WAITING", "Waiting"),
                    ("SENDING", "Being sent"),
                    ("SENT", "Sent"),
                    ("FAILED", "Failed, tried again soon"),
                    ("REFUSED", "Address refused"),
                    ("SKIPPED", "No longer needed"),
                ],
                default="WAITING",
                max_length=8,
            ),
        ),
        migrations.RunPython(name_messages, migrations.RunPython.noop),
        migrations.AddConstraint(
            "message", models.UniqueConstraint(fields=["public_id"], name="message_one_public_id")
        ),
        migrations.AddIndex("message", models.Index(fields=["about", "created_at"], name="message_by_about")),
        migrations.AddIndex(
            "message", models.Index(fields=["-created_at", "-id"], name="message_newest_first")
        ),
        migrations.CreateModel(
            name="MutedMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("member_id", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=40)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("member_id", "kind"), name="muted_mail_once")]
            },
        ),
    ]
