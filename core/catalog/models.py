"""What the store shows and sells: products, their variants, pictures, and the shelves they stand on."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from tenants.store_model import StoreModel


class Category(StoreModel):
    """A shelf. `path` holds the primary keys from the root down, so a branch is one prefix search."""

    public_id = models.CharField(max_length=32)
    name = models.CharField(max_length=80)
    slug = models.CharField(max_length=100)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=200, default="")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="category_one_public_id"),
            models.UniqueConstraint(fields=["slug"], name="category_one_slug"),
        ]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Brand(StoreModel):
    """Who makes a product."""

    public_id = models.CharField(max_length=32)
    name = models.CharField(max_length=80)
    slug = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="brand_one_public_id"),
            models.UniqueConstraint(Upper("name"), name="brand_one_name"),
            models.UniqueConstraint(fields=["slug"], name="brand_one_slug"),
        ]

    def __str__(self) -> str:
        return self.name


class ProductStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    ACTIVE = "ACTIVE", _("Active")
    ARCHIVED = "ARCHIVED", _("Archived")


MAY_BECOME: dict[str, set[str]] = {
    ProductStatus.DRAFT: {ProductStatus.ACTIVE, ProductStatus.ARCHIVED},
    ProductStatus.ACTIVE: {ProductStatus.DRAFT, ProductStatus.ARCHIVED},
    ProductStatus.ARCHIVED: {ProductStatus.DRAFT, ProductStatus.ACTIVE},
}


class Product(StoreModel):
    """What is shown. Its card (prices, picture, in stock) is kept on the row, so that a list is one query."""

    public_id = models.CharField(max_length=32)
    title = models.CharField(max_length=150)
    slug = models.CharField(max_length=180)
    description = models.TextField(blank=True)
    status = models.CharField(max_length=8, choices=ProductStatus, default=ProductStatus.DRAFT)
    publish_at = models.DateTimeField(null=True)
    category = models.ForeignKey(
        Category, models.SET_NULL, null=True, related_name="products", db_index=False
    )
    brand = models.ForeignKey(Brand, models.SET_NULL, null=True, related_name="products")
    tags = ArrayField(models.CharField(max_length=40), default=list)
    seo_title = models.CharField(max_length=150, blank=True)
    seo_description = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    price_min_amount = models.BigIntegerField(default=0)
    price_max_amount = models.BigIntegerField(default=0)
    compare_at_amount = models.BigIntegerField(null=True)
    in_stock = models.BooleanField(default=False)
    cover = models.ForeignKey("catalog.Media", models.SET_NULL, null=True, related_name="+")
    variant_count = models.PositiveIntegerField(default=0)
    search_vector = SearchVectorField(null=True)
    search_text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="product_one_public_id"),
            models.UniqueConstraint(fields=["slug"], name="product_one_slug"),
            models.CheckConstraint(
                condition=Q(price_min_amount__gte=0, price_max_amount__gte=F("price_min_amount")),
                name="product_price_range",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-created_at", "-id"], name="product_by_status"),
            models.Index(fields=["category", "status"], name="product_by_category"),
            GinIndex(fields=["search_vector"], name="product_search"),
            GinIndex(OpClass(Upper("search_text"), name="gin_trgm_ops"), name="product_typing_errors"),
        ]

    def __str__(self) -> str:
        return self.title


class Option(StoreModel):
    """One thing a shopper chooses, such as colour."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="options", db_index=False)
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "name"], name="option_one_name")]

    def __str__(self) -> str:
        return self.name


class OptionValue(StoreModel):
    """One of an option's answers, such as red.

    A removed value stays as inactive, so that bringing it back also brings back its SKUs.
    """

    option = models.ForeignKey(Option, models.CASCADE, related_name="values", db_index=False)
    value = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["option", "value"], name="option_value_once")]

    def __str__(self) -> str:
        return self.value


class Variant(StoreModel):
    """What is bought: one combination of option values, with a SKU of its own.

    `values` are OptionValue ids in the order of the options; a product without options has one variant
    with none. A variant is never deleted: when its combination goes, it is retired, and its stock and its
    history stay. `is_active` is the seller's own switch; `in_stock` follows inventory a moment later.
    """

    public_id = models.CharField(max_length=32)
    product = models.ForeignKey(Product, models.CASCADE, related_name="variants", db_index=False)
    sku = models.CharField(max_length=64)
    barcode = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=200, blank=True)
    values = ArrayField(models.BigIntegerField(), default=list)
    price_amount = models.BigIntegerField()
    compare_at_amount = models.BigIntegerField(null=True)
    cost_amount = models.BigIntegerField(null=True)
    weight_grams = models.PositiveIntegerField(default=0)
    length_mm = models.PositiveIntegerField(default=0)
    width_mm = models.PositiveIntegerField(default=0)
    height_mm = models.PositiveIntegerField(default=0)
    image = models.ForeignKey("catalog.Media", models.SET_NULL, null=True, related_name="+")
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    in_stock = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True)
    low_stock_threshold = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="variant_one_public_id"),
            models.UniqueConstraint(fields=["sku"], name="variant_one_sku"),
            models.UniqueConstraint(
                fields=["product", "values"],
                condition=Q(retired_at__isnull=True),
                name="variant_one_per_combination",
            ),
            models.CheckConstraint(condition=Q(price_amount__gte=0), name="variant_price_not_negative"),
            models.CheckConstraint(
                condition=Q(compare_at_amount__isnull=True) | Q(compare_at_amount__gte=F("price_amount")),
                name="variant_compare_at_is_higher",
            ),
            models.CheckConstraint(
                condition=Q(cost_amount__isnull=True) | Q(cost_amount__gte=0),
                name="variant_cost_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["product", "position"], name="variant_by_product"),
            models.Index(fields=["barcode"], condition=~Q(barcode=""), name="variant_by_barcode"),
        ]

    def __str__(self) -> str:
        return self.sku


class MediaState(models.TextChoices):
    UPLOADED = "UPLOADED", _("Being prepared")
    READY = "READY", _("Ready")
    REFUSED = "REFUSED", _("Refused")


class Media(StoreModel):
    """A picture. `renditions` maps a format to its widths and storage keys once it is READY."""

    public_id = models.CharField(max_length=32)
    product = models.ForeignKey(Product, models.CASCADE, null=True, related_name="media")
    state = models.CharField(max_length=8, choices=MediaState, default=MediaState.UPLOADED)
    original = models.CharField(max_length=200)
    content_hash = models.CharField(max_length=64)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    colour = models.CharField(max_length=7, blank=True)
    alt_text = models.CharField(max_length=200, blank=True)
    position = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    renditions = models.JSONField(default=dict)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["public_id"], name="media_one_public_id")]
        verbose_name_plural = "media"

    def __str__(self) -> str:
        return self.public_id


class SlugRedirect(StoreModel):
    """An address that a product used to have: answered with a 301 to the one it has now."""

    slug = models.CharField(max_length=180)
    product = models.ForeignKey(Product, models.CASCADE, related_name="old_slugs")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug"], name="slug_redirect_once")]

    def __str__(self) -> str:
        return self.slug


class SavedView(StoreModel):
    """A named set of filters of the product list, for everybody in the store."""

    public_id = models.CharField(max_length=32)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="product_view_one_public_id"),
            models.UniqueConstraint(fields=["name"], name="product_view_one_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ImportState(models.TextChoices):
    CHECKING = "CHECKING", _("Being checked")
    READY = "READY", _("Checked")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    REFUSED = "REFUSED", _("Refused")


class ProductImport(StoreModel):
    """A file of products that somebody brought: what checking it found, and how far it has been taken over.

    `done_rows` is the row up to which everything is in the catalogue, so a run that was killed goes on there.
    `errors` lists the first wrong rows as [row, column, message].
    """

    public_id = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    path = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=ImportState, default=ImportState.CHECKING)
    rows = models.PositiveIntegerField(default=0)
    done_rows = models.PositiveIntegerField(default=0)
    made = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)
    trouble = models.CharField(max_length=300, blank=True)
    sets_costs = models.BooleanField(default=False)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40, blank=True)
    actor_name = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["public_id"], name="product_import_one_public_id")]

    def __str__(self) -> str:
        return self.name
