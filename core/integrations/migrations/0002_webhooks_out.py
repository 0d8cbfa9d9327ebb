"""Add WebhookEndpoint and WebhookDelivery: what other systems are told.

Runs once per store schema. Expand step: two new tables with their indexes; old code does not know them.
Back: drops both; the addresses, their secrets and the log are lost, and nothing else.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(max_length=32)),
                ("url", models.CharField(max_length=500)),
                ("description", models.CharField(blank=True, max_length=80)),
                (
                    "event_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None
                    ),
                ),
                ("sealed_secrets", models.TextField(blank=True)),
                ("previous_until", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("ACTIVE", "Active"), ("PAUSED", "Paused"), ("REMOVED", "Removed")],
                        default="ACTIVE",
                        max_length=7,
                    ),
                ),
                (
                    "pause_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not paused"),
                            ("BY_HAND", "Paused by hand"),
                            ("FAILING", "Nothing got through for 72 hours"),
                        ],
                        default="",
                        max_length=7,
                    ),
                ),
                ("failing_since", models.DateTimeField(null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("quiet_until", models.DateTimeField(null=True)),
                ("created_by", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("public_id",), name="webhook_endpoint_one_public_id")
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(max_length=32)),
                ("event_id", models.CharField(max_length=32)),
                ("event_type", models.CharField(max_length=40)),
                ("payload", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "On its way"),
                            ("DELIVERED", "Delivered"),
                            ("FAILED", "Given up"),
                            ("HELD", "Held while paused"),
                            ("CANCELLED", "Called off"),
                        ],
                        default="WAITING",
                        max_length=9,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("attempts_before", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField(null=True)),
                ("last_status", models.PositiveSmallIntegerField(null=True)),
                ("tries", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("delivered_at", models.DateTimeField(null=True)),
                (
                    "endpoint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="integrations.webhookendpoint",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["endpoint", "-id"], name="webhook_delivery_newest_first"),
                    models.Index(
                        condition=models.Q(("state", "WAITING")),
                        fields=["next_at"],
                        name="webhook_delivery_due",
                    ),
                    models.Index(fields=["created_at"], name="webhook_delivery_by_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("public_id",), name="webhook_delivery_one_public_id"),
                    models.UniqueConstraint(fields=("endpoint", "event_id"), name="webhook_delivery_once"),
                ],
            },
        ),
    ]
