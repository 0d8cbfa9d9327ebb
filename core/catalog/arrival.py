"""What the catalogue offers to whoever goes back to a backup."""

from django.utils.translation import gettext_lazy as _

from core.catalog.services import bringing_back
from tenants.archive import parts

parts.is_told_as("catalog_product", _("Products"))
parts.can_bring_back(
    "product",
    parts.Thing(_("Product"), bringing_back.TABLES, bringing_back.find, bringing_back.bring_back),
)
