"""Money of stores that is with us, whom invoices are made out to, and notices before a store is let go.

Expand step, public only: two new tables, and a nullable column on subscriptions, which rewrites nothing.
Back: drops them.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_growth"), ("tenants", "0010_fleet")]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="farewell_day",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="BalanceEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("OVERPAID", "Paid twice or too much"),
                            ("CREDITED", "Given back by a credit note"),
                            ("GIVEN", "Given by our staff"),
                            ("USED", "Used for an invoice"),
                            ("PAID_OUT", "Paid out"),
                        ],
                        max_length=8,
                    ),
                ),
                ("currency", models.CharField(choices=[("IDR", "IDR"), ("USD", "USD")], max_length=3)),
                ("amount", models.BigIntegerField()),
                ("source_ref", models.CharField(max_length=80)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("by", models.CharField(blank=True, max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "invoice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="balance_entries",
                        to="billing.invoice",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="balance_entries",
                        to="tenants.store",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("store", "kind", "source_ref"), name="balance_entry_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="BuyerDetails",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120)),
                ("npwp", models.CharField(blank=True, max_length=16)),
                ("address", models.CharField(blank=True, max_length=300)),
                ("email", models.EmailField(blank=True, max_length=254)),
                (
                    "store",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="buyer_details",
                        to="tenants.store",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("npwp__regex", "^([0-9]{15,16})?$")), name="buyer_npwp_digits"
                    )
                ],
            },
        ),
    ]
