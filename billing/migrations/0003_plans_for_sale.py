"""Plans by the year, coupons, tax, add-ons, and what can happen to a subscription.

Expand: new tables in public, and new columns with a default of the database, so that the version before this one
goes on writing. Time: no table is rewritten. Back: drops what was added.
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0002_usage"),
        ("tenants", "0010_fleet"),
    ]

    operations = [
        migrations.CreateModel(
            name="AddOn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=30, unique=True)),
                ("name_id", models.CharField(max_length=60)),
                ("name_en", models.CharField(max_length=60)),
                ("description_id", models.CharField(max_length=300)),
                ("description_en", models.CharField(max_length=300)),
                ("month_idr_amount", models.BigIntegerField(default=0)),
                ("meter", models.CharField(blank=True, max_length=30)),
                ("included", models.PositiveIntegerField(default=0)),
                ("unit_idr_amount", models.BigIntegerField(default=0)),
                ("month_cap_idr_amount", models.BigIntegerField(default=0)),
                ("trial_days", models.PositiveSmallIntegerField(default=0)),
                ("entitlements", models.JSONField(default=dict)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("is_offered", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="AddOnUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("used", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ProviderNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=10)),
                ("event_id", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=80)),
                ("object_ref", models.CharField(blank=True, max_length=120)),
                ("customer_ref", models.CharField(blank=True, max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "Waiting"),
                            ("DONE", "Done"),
                            ("IGNORED", "Not ours"),
                            ("FAILED", "Failed"),
                        ],
                        default="WAITING",
                        max_length=7,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("trouble", models.CharField(blank=True, max_length=300)),
                ("happened_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="StoreAddOn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("TRIALING", "Trial"), ("ON", "On"), ("OFF", "Off")], max_length=8
                    ),
                ),
                ("trial_ends_at", models.DateTimeField(null=True)),
                ("turned_on_at", models.DateTimeField(null=True)),
                ("turned_off_at", models.DateTimeField(null=True)),
                ("billed_until", models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SubscriptionEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("TRIAL_STARTED", "Trial started"),
                            ("TRIAL_EXTENDED", "Trial extended"),
                            ("TRIAL_ENDED", "Trial over"),
                            ("SUBSCRIBED", "Subscribed"),
                            ("CHANGED", "Plan changed"),
                            ("DISCOUNTED", "Discount began or ended"),
                            ("PAST_DUE", "Payment overdue"),
                            ("RECOVERED", "Paid after all"),
                            ("UNPAID", "Given up as unpaid"),
                            ("PAUSED", "Paused"),
                            ("RESUMED", "Resumed"),
                            ("CANCEL_ASKED", "Will leave"),
                            ("CANCEL_UNDONE", "Stays after all"),
                            ("CANCELED", "Left"),
                            ("REACTIVATED", "Came back"),
                        ],
                        max_length=14,
                    ),
                ),
                ("plan_code", models.CharField(max_length=20)),
                ("plan_version", models.PositiveSmallIntegerField()),
                (
                    "interval",
                    models.CharField(choices=[("MONTH", "Monthly"), ("YEAR", "Yearly")], max_length=5),
                ),
                (
                    "provider",
                    models.CharField(
                        choices=[
                            ("NONE", "Nobody yet"),
                            ("STRIPE", "Card"),
                            ("INVOICE", "Invoice: virtual account, QRIS or transfer"),
                        ],
                        max_length=7,
                    ),
                ),
                ("currency_before", models.CharField(choices=[("IDR", "IDR"), ("USD", "USD")], max_length=3)),
                ("currency", models.CharField(choices=[("IDR", "IDR"), ("USD", "USD")], max_length=3)),
                ("mrr_before_amount", models.BigIntegerField(default=0)),
                ("mrr_after_amount", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="SubscriptionIntent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=12)),
                (
                    "interval",
                    models.CharField(
                        blank=True, choices=[("MONTH", "Monthly"), ("YEAR", "Yearly")], max_length=5
                    ),
                ),
                (
                    "currency",
                    models.CharField(blank=True, choices=[("IDR", "IDR"), ("USD", "USD")], max_length=3),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "Open"),
                            ("DONE", "Done"),
                            ("FAILED", "Failed"),
                            ("EXPIRED", "Expired"),
                        ],
                        default="OPEN",
                        max_length=7,
                    ),
                ),
                ("external_ref", models.CharField(blank=True, max_length=120)),
                ("url", models.URLField(blank=True, max_length=500)),
                ("trouble", models.CharField(blank=True, max_length=200)),
                ("asked_by", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("ends_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="TaxRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(default="PPN", max_length=20)),
                ("basis_points", models.PositiveSmallIntegerField()),
                ("base_numerator", models.PositiveSmallIntegerField(default=1)),
                ("base_denominator", models.PositiveSmallIntegerField(default=1)),
                ("starts_on", models.DateField(unique=True)),
            ],
        ),
        migrations.AddField(
            model_name="plan",
            name="fee_basis_points",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="plan",
            name="fee_month_cap_idr_amount",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="plan",
            name="year_idr_amount",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="plan",
            name="year_usd_amount",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="subscription",
            name="canceled_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="coupon_ends_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="currency",
            field=models.CharField(
                choices=[("IDR", "IDR"), ("USD", "USD")], db_default="IDR", default="IDR", max_length=3
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="customer_ref",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="subscription",
            name="dunned_day",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="ends_at_period_end",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="subscription",
            name="external_ref",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="subscription",
            name="interval",
            field=models.CharField(
                choices=[("MONTH", "Monthly"), ("YEAR", "Yearly")],
                db_default="MONTH",
                default="MONTH",
                max_length=5,
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="next_interval",
            field=models.CharField(
                blank=True,
                choices=[("MONTH", "Monthly"), ("YEAR", "Yearly")],
                db_default="",
                default="",
                max_length=5,
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="next_plan",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.plan"
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="paid_with",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AddField(
            model_name="subscription",
            name="past_due_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="period_ends_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="period_starts_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="provider",
            field=models.CharField(
                choices=[
                    ("NONE", "Nobody yet"),
                    ("STRIPE", "Card"),
                    ("INVOICE", "Invoice: virtual account, QRIS or transfer"),
                ],
                db_default="NONE",
                default="NONE",
                max_length=7,
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="resumes_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="schedule_ref",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="subscription",
            name="seen_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="state_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="usage",
            name="noticed_percent",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="state",
            field=models.CharField(
                choices=[
                    ("TRIALING", "Trial"),
                    ("INCOMPLETE", "First payment open"),
                    ("ACTIVE", "Active"),
                    ("PAST_DUE", "Payment overdue"),
                    ("UNPAID", "Unpaid"),
                    ("PAUSED", "Paused"),
                    ("ENDED", "Trial over"),
                    ("CANCELED", "Canceled"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="AccessRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("TRIALING", "Trial"),
                            ("INCOMPLETE", "First payment open"),
                            ("ACTIVE", "Active"),
                            ("PAST_DUE", "Payment overdue"),
                            ("UNPAID", "Unpaid"),
                            ("PAUSED", "Paused"),
                            ("ENDED", "Trial over"),
                            ("CANCELED", "Canceled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("from_day", models.PositiveSmallIntegerField()),
                (
                    "access",
                    models.CharField(
                        choices=[
                            ("FULL", "Everything"),
                            ("READ_ONLY", "The dashboard can be read, the shop sells on"),
                            ("SHOP_PAUSED", "The dashboard can be read, the shop rests"),
                        ],
                        max_length=11,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("state", "from_day"), name="access_rule_one_per_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="Coupon",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                ("percent_off", models.PositiveSmallIntegerField()),
                ("months", models.PositiveSmallIntegerField(null=True)),
                ("most_uses", models.PositiveIntegerField(null=True)),
                ("uses", models.PositiveIntegerField(default=0)),
                ("ends_at", models.DateTimeField(null=True)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("percent_off__gte", 1), ("percent_off__lte", 100)),
                        name="coupon_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("most_uses__isnull", True), ("uses__lte", models.F("most_uses")), _connector="OR"
                        ),
                        name="coupon_not_used_up",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="subscription",
            name="coupon",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.coupon"
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(fields=["state", "period_ends_at"], name="subscription_by_state"),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(fields=["customer_ref"], name="subscription_by_customer"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_ref", ""), _negated=True),
                fields=("provider", "external_ref"),
                name="subscription_one_per_ref",
            ),
        ),
        migrations.AddField(
            model_name="providernotice",
            name="store",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="provider_notices",
                to="tenants.store",
            ),
        ),
        migrations.AddField(
            model_name="storeaddon",
            name="add_on",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="stores", to="billing.addon"
            ),
        ),
        migrations.AddField(
            model_name="storeaddon",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="add_ons", to="tenants.store"
            ),
        ),
        migrations.AddField(
            model_name="addonuse",
            name="store_add_on",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="uses", to="billing.storeaddon"
            ),
        ),
        migrations.AddField(
            model_name="subscriptionevent",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="subscription_events",
                to="tenants.store",
            ),
        ),
        migrations.AddField(
            model_name="subscriptionintent",
            name="plan",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.plan"
            ),
        ),
        migrations.AddField(
            model_name="subscriptionintent",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="subscription_intents",
                to="tenants.store",
            ),
        ),
        migrations.AddIndex(
            model_name="providernotice",
            index=models.Index(
                condition=models.Q(("state", "WAITING")),
                fields=["received_at"],
                name="provider_notice_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="providernotice",
            constraint=models.UniqueConstraint(fields=("provider", "event_id"), name="provider_notice_once"),
        ),
        migrations.AddConstraint(
            model_name="storeaddon",
            constraint=models.UniqueConstraint(fields=("store", "add_on"), name="store_add_on_once"),
        ),
        migrations.AddConstraint(
            model_name="addonuse",
            constraint=models.UniqueConstraint(
                fields=("store_add_on", "month"), name="add_on_use_one_per_month"
            ),
        ),
        migrations.AddIndex(
            model_name="subscriptionevent",
            index=models.Index(fields=["at"], name="subscription_event_by_time"),
        ),
        migrations.AddIndex(
            model_name="subscriptionevent",
            index=models.Index(fields=["store", "at"], name="subscription_event_by_store"),
        ),
        migrations.AddConstraint(
            model_name="subscriptionintent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "OPEN")),
                fields=("store", "kind"),
                name="subscription_intent_one_open",
            ),
        ),
    ]
