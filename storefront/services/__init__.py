"""Every verb of the shop's design and texts: `from storefront import services as shop`."""

from storefront.services.designs import (
    NothingToPublish,
    NothingToUndo,
    add_section,
    discard_draft,
    publish,
    remove_section,
    save_draft,
    undo,
)
from storefront.services.logos import put_logo, remove_logo
from storefront.services.pages import (
    PageFacts,
    TooManyPages,
    create_page,
    edit_page,
    order_pages,
    remove_page,
)

__all__ = [
    "NothingToPublish",
    "NothingToUndo",
    "PageFacts",
    "TooManyPages",
    "add_section",
    "create_page",
    "discard_draft",
    "edit_page",
    "order_pages",
    "publish",
    "put_logo",
    "remove_logo",
    "remove_page",
    "remove_section",
    "save_draft",
    "undo",
]
