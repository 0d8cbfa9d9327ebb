"""Structured data (schema.org) for search engines, as plain values for the tag `json_ld`."""

from typing import Any

from core.catalog import selectors as catalog
from core.kernel.profile import StoreProfile
from storefront.showing import category_url, product_url


def product(
    page: catalog.ProductPage, stock: dict[int, int], *, origin: str, store_name: str, currency: str
) -> dict[str, Any]:
    """A Product with one Offer, or a ProductGroup with one Product per variant."""
    url = origin + product_url(page.slug)
    shown: dict[str, Any] = {
        "name": page.title,
        "description": page.seo_description or page.description[:500] or page.title,
        "url": url,
    }
    if page.pictures:
        shown["image"] = [origin + picture.src for picture in page.pictures[:6]]
    if page.brand:
        shown["brand"] = {"@type": "Brand", "name": page.brand}
    rows = [
        {
            **_codes(variant),
            "offers": _offer(variant, stock, url=url, store_name=store_name, currency=currency),
        }
        for variant in page.variants
    ]
    if len(rows) == 1:
        return {"@type": "Product", **shown, **rows[0]}
    variants = [
        {"@type": "Product", "name": f"{page.title} {variant.title}".strip(), **row}
        for variant, row in zip(page.variants, rows, strict=True)
    ]
    return {"@type": "ProductGroup", **shown, "productGroupID": page.public_id, "hasVariant": variants[:100]}


def _codes(variant: catalog.PageVariant) -> dict[str, str]:
    return {"sku": variant.sku, **({"gtin": variant.barcode} if variant.barcode.isdigit() else {})}


def _offer(
    variant: catalog.PageVariant, stock: dict[int, int], *, url: str, store_name: str, currency: str
) -> dict[str, Any]:
    there = stock.get(variant.id, 0) > 0
    return {
        "@type": "Offer",
        "url": f"{url}?variant={variant.public_id}",
        "price": variant.price_amount,
        "priceCurrency": currency,
        "availability": f"https://schema.org/{'InStock' if there else 'OutOfStock'}",
        "itemCondition": "https://schema.org/NewCondition",
        "seller": {"@type": "Organization", "name": store_name},
    }


def breadcrumb(crumbs: list[tuple[str, str]], *, origin: str, here: str = "") -> dict[str, Any]:
    """A BreadcrumbList of categories, and the page itself at its end."""
    entries = [{"name": name, "item": origin + category_url(slug)} for name, slug in crumbs]
    if here:
        entries.append({"name": here})
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, **entry} for position, entry in enumerate(entries, 1)
        ],
    }


def shop(*, origin: str, store_name: str, profile: StoreProfile) -> dict[str, Any]:
    """The store as an OnlineStore."""
    told = {
        "legalName": profile.legal_name,
        "email": profile.email,
        "telephone": profile.phone or profile.whatsapp_phone,
        "address": profile.address_line,
    }
    known = {name: value for name, value in told.items() if value}
    return {"@type": "OnlineStore", "name": store_name, "url": origin + "/", **known}


def item_list(urls: list[str], *, origin: str) -> dict[str, Any]:
    """An ItemList of the products that a page lists, in its order."""
    return {
        "@type": "ItemList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "url": origin + url}
            for position, url in enumerate(urls, 1)
        ],
    }
