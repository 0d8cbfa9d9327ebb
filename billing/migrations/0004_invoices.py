"""Our own invoices, payments, credit notes, fees and services. New tables in public; back: drops them."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0003_plans_for_sale"),
        ("tenants", "0010_fleet"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=30, unique=True)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Service",
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
                ("scope_id", models.CharField(max_length=500)),
                ("scope_en", models.CharField(max_length=500)),
                ("idr_amount", models.BigIntegerField()),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("is_offered", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="FeeEntry",
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
                        choices=[("ACCRUED", "Fee"), ("REVERSED", "Fee given back")], max_length=8
                    ),
                ),
                ("order_number", models.CharField(max_length=40)),
                ("source_ref", models.CharField(max_length=80)),
                ("month", models.DateField()),
                ("basis_amount", models.BigIntegerField()),
                ("basis_points", models.PositiveSmallIntegerField()),
                ("amount", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="fees", to="tenants.store"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.CharField(max_length=30, unique=True)),
                ("provider", models.CharField(max_length=7)),
                ("external_ref", models.CharField(blank=True, max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "Open"),
                            ("PAID", "Paid"),
                            ("UNCOLLECTIBLE", "Written off"),
                            ("VOID", "Void"),
                        ],
                        default="OPEN",
                        max_length=13,
                    ),
                ),
                ("reason", models.CharField(max_length=20)),
                ("currency", models.CharField(choices=[("IDR", "IDR"), ("USD", "USD")], max_length=3)),
                ("net_amount", models.BigIntegerField()),
                ("tax_amount", models.BigIntegerField()),
                ("total_amount", models.BigIntegerField()),
                ("paid_amount", models.BigIntegerField(default=0)),
                ("credited_amount", models.BigIntegerField(default=0)),
                ("refunded_amount", models.BigIntegerField(default=0)),
                ("tax_name", models.CharField(blank=True, max_length=40)),
                ("seller", models.JSONField(default=dict)),
                ("buyer", models.JSONField(default=dict)),
                ("period_starts_at", models.DateTimeField(null=True)),
                ("period_ends_at", models.DateTimeField(null=True)),
                ("issued_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("paid_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="platform_invoices",
                        to="tenants.store",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FeeReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identifier", models.CharField(max_length=100, unique=True)),
                ("reported_at", models.DateTimeField()),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="report",
                        to="billing.feeentry",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fee_reports",
                        to="billing.invoice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CreditNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.CharField(max_length=30, unique=True)),
                ("net_amount", models.BigIntegerField()),
                ("tax_amount", models.BigIntegerField()),
                ("total_amount", models.BigIntegerField()),
                ("reason", models.CharField(max_length=300)),
                ("external_ref", models.CharField(blank=True, max_length=120)),
                ("issued_at", models.DateTimeField()),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_notes",
                        to="billing.invoice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("PLAN", "Plan"),
                            ("PRORATION", "Part of a period"),
                            ("DISCOUNT", "Discount"),
                            ("FEES", "Transaction fees"),
                            ("ADD_ON", "Add-on"),
                            ("SERVICE", "Service"),
                            ("CREDIT", "Credit"),
                        ],
                        max_length=9,
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("quantity", models.PositiveIntegerField(default=1)),
                ("net_amount", models.BigIntegerField()),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="billing.invoice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InvoicePayment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("reference", models.CharField(max_length=80, unique=True)),
                ("provider", models.CharField(max_length=10)),
                ("method", models.CharField(blank=True, max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PENDING", "Waiting for the money"),
                            ("PAID", "Paid"),
                            ("FAILED", "Failed"),
                            ("EXPIRED", "Expired"),
                        ],
                        default="PENDING",
                        max_length=7,
                    ),
                ),
                ("amount", models.BigIntegerField()),
                ("pay_url", models.URLField(blank=True, max_length=500)),
                ("external_ref", models.CharField(blank=True, max_length=120)),
                ("trouble", models.CharField(blank=True, max_length=200)),
                ("confirmed_by", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("paid_at", models.DateTimeField(null=True)),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="billing.invoice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InvoiceRefund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("amount", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ASKED", "Waits for a second person"),
                            ("APPROVED", "Approved"),
                            ("SENT", "Sent back"),
                            ("REFUSED", "Refused"),
                            ("FAILED", "Failed"),
                        ],
                        default="ASKED",
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("external_ref", models.CharField(blank=True, max_length=120)),
                ("trouble", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "credit_note",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="billing.creditnote",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="billing.invoice",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="billing.invoicepayment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ServiceOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ORDERED", "Ordered"),
                            ("CONFIRMED", "Confirmed"),
                            ("IN_PROGRESS", "In progress"),
                            ("DONE", "Done"),
                            ("CANCELLED", "Cancelled"),
                        ],
                        default="ORDERED",
                        max_length=11,
                    ),
                ),
                ("idr_amount", models.BigIntegerField()),
                ("wish", models.CharField(blank=True, max_length=500)),
                ("slot_at", models.DateTimeField(null=True)),
                ("ordered_by", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now_add=True)),
                (
                    "invoice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_orders",
                        to="billing.invoice",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="billing.service",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="service_orders",
                        to="tenants.store",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="feeentry",
            index=models.Index(fields=["store", "month"], name="fee_entry_by_month"),
        ),
        migrations.AddConstraint(
            model_name="feeentry",
            constraint=models.UniqueConstraint(fields=("store", "kind", "source_ref"), name="fee_entry_once"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["store", "-issued_at"], name="invoice_by_store"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("state", "OPEN")), fields=["due_at"], name="invoice_open_by_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_ref", ""), _negated=True),
                fields=("provider", "external_ref"),
                name="invoice_one_per_ref",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total_amount",
                        django.db.models.expressions.CombinedExpression(
                            models.F("net_amount"), "+", models.F("tax_amount")
                        ),
                    )
                ),
                name="invoice_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("refunded_amount__lte", models.F("paid_amount"))),
                name="invoice_not_refunded_twice",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("credited_amount__lte", models.F("total_amount"))),
                name="invoice_not_credited_twice",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total_amount",
                        django.db.models.expressions.CombinedExpression(
                            models.F("net_amount"), "+", models.F("tax_amount")
                        ),
                    )
                ),
                name="credit_note_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.UniqueConstraint(fields=("invoice", "position"), name="invoice_line_position"),
        ),
        migrations.AddIndex(
            model_name="invoicepayment",
            index=models.Index(
                condition=models.Q(("state", "PENDING")),
                fields=["created_at"],
                name="invoice_payment_pending",
            ),
        ),
        migrations.AddIndex(
            model_name="invoicepayment",
            index=models.Index(fields=["invoice"], name="invoice_payment_by_invoice"),
        ),
        migrations.AddConstraint(
            model_name="invoicerefund",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="invoice_refund_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicerefund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="invoice_refund_two_people",
            ),
        ),
    ]
