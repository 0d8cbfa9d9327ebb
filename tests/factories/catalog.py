"""Products, made by the catalogue's own services."""

from io import BytesIO
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.catalog import services as catalog
from core.catalog.models import Category, Product, Variant
from tenants.permissions import SYSTEM

_numbers = count(1)


def make_category(name: str = "", parent: Category | None = None) -> Category:
    return catalog.create_category(
        name=name or f"Rak {next(_numbers)}", parent=parent.public_id if parent else None, actor=SYSTEM
    )


def make_product(title: str = "", *, price_amount: int = 50_000, **facts: Any) -> Product:
    """A product on sale with one variant, or whatever `facts` say."""
    facts.setdefault("status", "ACTIVE")
    facts.setdefault("variants", [{"price_amount": price_amount, "weight_grams": 250}])
    return catalog.create_product(title=title or f"Produk {next(_numbers)}", actor=SYSTEM, **facts)


def make_shirt(title: str = "Kemeja Mega", **facts: Any) -> Product:
    """Two colours in three sizes, on sale."""
    facts.setdefault("options", [("Warna", ["Merah", "Biru"]), ("Ukuran", ["S", "M", "L"])])
    return make_product(title, **facts)


def make_variant(*, sku: str = "", price_amount: int = 50_000, **facts: Any) -> Variant:
    """The only variant of a new product on sale."""
    row = {"price_amount": price_amount, **({"sku": sku} if sku else {})}
    return make_product(variants=[row], **facts).variants.get()


def picture_file(name: str = "foto.jpg", size: tuple[int, int] = (400, 300), colour: str = "#a13d2d") -> Any:
    """A photo as a browser sends it."""
    content = BytesIO()
    Image.new("RGB", size, colour).save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/jpeg")
