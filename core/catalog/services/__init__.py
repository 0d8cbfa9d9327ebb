"""Every verb of the catalogue: `from core.catalog import services as catalog`."""

from core.catalog.services.cards import note_availability
from core.catalog.services.imports import ImportNotReady, bring_products, forget_imports, start_import
from core.catalog.services.media import (
    StorageFull,
    add_media,
    describe_media,
    order_media,
    remove_media,
    render_media,
)
from core.catalog.services.naming import SkuTaken
from core.catalog.services.pages import Refused, create_with_photos, save_product, set_status_of_many
from core.catalog.services.products import (
    Forecast,
    NotReadyToSell,
    ProductFacts,
    StaleEdit,
    create_product,
    foresee_options,
    lock_product,
    publish_due,
    set_options,
    set_status,
    tag_products,
    update_product,
)
from core.catalog.services.rows import VariantRow
from core.catalog.services.shelves import (
    CategoryInUse,
    create_brand,
    create_category,
    delete_brand,
    delete_category,
    edit_category,
    move_category,
    rename_brand,
    rename_category,
)
from core.catalog.services.variants import RowsRefused, depict_variants, edit_variants, row_edits
from core.catalog.services.views import delete_view, save_view

__all__ = [
    "CategoryInUse",
    "Forecast",
    "ImportNotReady",
    "NotReadyToSell",
    "ProductFacts",
    "Refused",
    "RowsRefused",
    "SkuTaken",
    "StaleEdit",
    "StorageFull",
    "VariantRow",
    "add_media",
    "bring_products",
    "create_brand",
    "create_category",
    "create_product",
    "create_with_photos",
    "delete_brand",
    "delete_category",
    "delete_view",
    "depict_variants",
    "describe_media",
    "edit_category",
    "edit_variants",
    "foresee_options",
    "forget_imports",
    "lock_product",
    "move_category",
    "note_availability",
    "order_media",
    "publish_due",
    "remove_media",
    "rename_brand",
    "rename_category",
    "render_media",
    "row_edits",
    "save_product",
    "save_view",
    "set_options",
    "set_status",
    "set_status_of_many",
    "start_import",
    "tag_products",
    "update_product",
]
