"""What add-ons cost, how far their owners were told, and who is not to be asked how they like us.

Expand step, public only: two new tables, and a column with a database default, which rewrites nothing.
Back: drops them.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0006_balances"),
        ("tenants", "0013_staff_roles"),
    ]

    operations = [
        migrations.AddField(
            model_name="addonuse",
            name="noticed_percent",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="AddOnCharge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("units", models.PositiveIntegerField(default=0)),
                ("idr_amount", models.BigIntegerField()),
                (
                    "invoice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="add_on_charges",
                        to="billing.invoice",
                    ),
                ),
                (
                    "store_add_on",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="charges",
                        to="billing.storeaddon",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("store_add_on", "starts_on"), name="add_on_charge_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on")), ("idr_amount__gte", 0)),
                        name="add_on_charge_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SurveyRest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("user_uid", models.UUIDField()),
                ("until", models.DateTimeField()),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="survey_rests",
                        to="tenants.store",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("store", "user_uid"), name="survey_rest_once")
                ],
            },
        ),
    ]
