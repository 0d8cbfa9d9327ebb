"""How a store looks to shoppers, what its front page shows, and the texts it publishes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.kernel.ids import MAX_LENGTH
from tenants.store_model import StoreModel


class Preset(models.TextChoices):
    """Three complete characters; everything else only changes details of one."""

    PASAR = "PASAR", _("Pasar: dense, prices first")
    GALERI = "GALERI", _("Galeri: large pictures, much air")
    BERSIH = "BERSIH", _("Bersih: plain and fast, text first")


class Typeface(models.TextChoices):
    JAKARTA = "JAKARTA", _("Plus Jakarta Sans")
    SYSTEM = "SYSTEM", _("The phone's own")
    SERIF = "SERIF", _("Serif")


class Corner(models.TextChoices):
    SQUARE = "SQUARE", _("Square")
    SLIGHT = "SLIGHT", _("Slightly round")
    ROUND = "ROUND", _("Round")
    ROUNDER = "ROUNDER", _("Very round")


class Density(models.TextChoices):
    TIGHT = "TIGHT", _("Tight")
    NORMAL = "NORMAL", _("Normal")
    AIRY = "AIRY", _("Airy")


class Theme(StoreModel):
    """The store's dress, one row. An empty choice means: as the preset has it."""

    preset = models.CharField(max_length=6, choices=Preset, default=Preset.PASAR)
    primary_color = models.CharField(max_length=7, blank=True)
    accent_color = models.CharField(max_length=7, blank=True)
    body_font = models.CharField(max_length=7, choices=Typeface, blank=True)
    heading_font = models.CharField(max_length=7, choices=Typeface, blank=True)
    corner = models.CharField(max_length=7, choices=Corner, blank=True)
    density = models.CharField(max_length=6, choices=Density, blank=True)
    announcement = models.CharField(max_length=120, blank=True)
    logo = models.CharField(max_length=200, blank=True)
    logo_width = models.PositiveSmallIntegerField(default=0)
    logo_height = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="theme_one_row")]

    def __str__(self) -> str:
        return self.preset


class SectionKind(models.TextChoices):
    HERO = "HERO", _("Opening picture")
    CATEGORIES = "CATEGORIES", _("Categories")
    NEWEST = "NEWEST", _("Newest products")
    CATEGORY = "CATEGORY", _("Products of a category")
    PRODUCTS = "PRODUCTS", _("Chosen products")
    TEXT = "TEXT", _("Text")


class HomeSection(StoreModel):
    """One block of the front page.

    `category_public_id` names what a CATEGORY section shows, `product_public_ids` what a PRODUCTS section
    shows. The first product of a HERO lends it its picture.
    """

    public_id = models.CharField(max_length=MAX_LENGTH)
    kind = models.CharField(max_length=10, choices=SectionKind)
    title = models.CharField(max_length=80, blank=True)
    text = models.CharField(max_length=400, blank=True)
    category_public_id = models.CharField(max_length=MAX_LENGTH, blank=True)
    product_public_ids = ArrayField(
        models.CharField(max_length=MAX_LENGTH), default=list, db_default=[], blank=True
    )
    is_shown = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["public_id"], name="home_section_one_public_id")]

    def __str__(self) -> str:
        return f"{self.kind} {self.title}".strip()


class VersionState(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    SHOWN = "SHOWN", _("Published")


class DesignVersion(StoreModel):
    """A whole design (dress and front page) as it is being drawn, or as it was published.

    `design` is storefront.design.Design as JSON. There is one draft at most. The latest SHOWN is what
    shoppers see, those before it are what "undo" goes back to.
    """

    state = models.CharField(max_length=5, choices=VersionState)
    design = models.JSONField()
    made_at = models.DateTimeField()
    actor_name = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="DRAFT"), name="design_version_one_draft"
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.made_at:%Y-%m-%d %H:%M}"


class PageKind(models.TextChoices):
    CONTACT = "CONTACT", _("Contact")
    POLICY = "POLICY", _("Policy")
    TEXT = "TEXT", _("Text")


class Page(StoreModel):
    """A text the store publishes. The body is plain text: `## ` opens a heading, `- ` a list entry."""

    public_id = models.CharField(max_length=MAX_LENGTH)
    slug = models.CharField(max_length=60)
    title = models.CharField(max_length=80)
    body = models.TextField(max_length=20_000, blank=True)
    kind = models.CharField(max_length=7, choices=PageKind, default=PageKind.TEXT)
    is_published = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="page_one_public_id"),
            models.UniqueConstraint(fields=["slug"], name="page_one_slug"),
        ]

    def __str__(self) -> str:
        return self.title
