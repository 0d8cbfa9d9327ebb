"""The pages of a dashboard that the palette leads to, with the words by which people look for them."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tenants.permissions import Permission


def address(route: str, *args: str, **query: str) -> str:
    """Where a page of the dashboard is."""
    path = reverse(route, urlconf=settings.DASHBOARD_URLCONF, args=args)
    return f"{path}?{urlencode(query)}" if query else path


@dataclass(frozen=True, slots=True)
class Place:
    """One page. `words` are what else people call it, in any language."""

    route: str
    name: Any
    note: Any
    icon: str
    permission: Permission
    words: str = ""
    query: str = ""

    def url(self) -> str:
        """Its address."""
        return f"{address(self.route)}{self.query}"

    def fits(self, wanted: list[str]) -> bool:
        """Whether each wanted word begins one of this page's words."""
        own = f"{self.name} {self.note} {self.words}".lower().split()
        return all(any(word.startswith(each) for word in own) for each in wanted)


PLACES: Final = (
    Place(
        "orders:list",
        _("Orders"),
        _("All orders"),
        "shopping-bag",
        Permission.VIEW_ORDERS,
        "pesanan penjualan orders sales",
    ),
    Place(
        "orders:list",
        _("Orders to ship"),
        _("Paid and waiting"),
        "truck",
        Permission.VIEW_ORDERS,
        "kirim pengiriman ship pack",
        "?view=to_ship",
    ),
    Place(
        "orders:list",
        _("Transfers to confirm"),
        _("Orders that wait for a bank transfer"),
        "banknote",
        Permission.VIEW_ORDERS,
        "konfirmasi pembayaran transfer payment",
        "?view=unpaid",
    ),
    Place(
        "catalog:new",
        _("Add product"),
        _("From a photo"),
        "plus",
        Permission.EDIT_PRODUCTS,
        "tambah produk baru new product",
    ),
    Place(
        "catalog:list",
        _("Products"),
        _("All products"),
        "tag",
        Permission.VIEW_PRODUCTS,
        "produk barang products katalog catalogue",
    ),
    Place(
        "inventory:stock",
        _("Stock"),
        _("Counts at every location"),
        "boxes",
        Permission.VIEW_STOCK,
        "stok gudang stock inventory",
    ),
    Place(
        "inventory:stock",
        _("Low stock"),
        _("What runs out soon"),
        "triangle-alert",
        Permission.VIEW_STOCK,
        "stok menipis habis low",
        "?low=1",
    ),
    Place(
        "inventory:transfers",
        _("Transfers"),
        _("Goods between locations"),
        "truck",
        Permission.VIEW_STOCK,
        "pindah gudang transfer",
    ),
    Place(
        "inventory:locations",
        _("Locations"),
        _("Warehouses and shops"),
        "warehouse",
        Permission.VIEW_STOCK,
        "lokasi gudang cabang warehouse",
    ),
    Place(
        "catalog:categories",
        _("Categories"),
        _("The shelves of your shop"),
        "layers",
        Permission.VIEW_PRODUCTS,
        "kategori etalase rak shelf",
    ),
    Place(
        "customers:list",
        _("Customers"),
        _("Who bought"),
        "users",
        Permission.VIEW_CUSTOMERS,
        "pelanggan pembeli customers buyers",
    ),
    Place(
        "design:edit",
        _("Storefront"),
        _("Colours, type, sections"),
        "store",
        Permission.EDIT_STOREFRONT,
        "desain tampilan toko warna tema theme design logo",
    ),
    Place(
        "dashboard:share",
        _("Share your store"),
        _("Link and QR code"),
        "share-2",
        Permission.VIEW_HOME,
        "bagikan tautan link qr whatsapp instagram",
    ),
    Place(
        "settings:profile",
        _("Settings"),
        _("Name, address, time to pay"),
        "settings",
        Permission.EDIT_SETTINGS,
        "pengaturan profil alamat settings profile address telepon phone bahasa language",
    ),
    Place(
        "domains:list",
        _("Domains"),
        _("Your shop under your own name"),
        "globe",
        Permission.EDIT_SETTINGS,
        "domain alamat web situs url dns www website",
    ),
    Place(
        "payments:methods",
        _("Payments"),
        _("How you get paid"),
        "credit-card",
        Permission.EDIT_PAYMENT_SETTINGS,
        "pembayaran rekening bank midtrans cod transfer",
    ),
    Place(
        "shipping:methods",
        _("Shipping"),
        _("Prices and regions"),
        "truck",
        Permission.EDIT_SETTINGS,
        "ongkir pengiriman kurir shipping rates",
    ),
    Place(
        "notifications:overview",
        _("Mails"),
        _("To shoppers and to your team"),
        "mail",
        Permission.EDIT_SETTINGS,
        "pesan email surat notifikasi mails notifications",
    ),
    Place(
        "notifications:mine",
        _("Your mails"),
        _("Which mails you get"),
        "bell",
        Permission.VIEW_HOME,
        "notifikasi email saya",
    ),
    Place(
        "team:list",
        _("Team"),
        _("Invite people, give roles"),
        "user-cog",
        Permission.EDIT_MEMBERS,
        "tim staf karyawan undang peran staff invite roles",
    ),
    Place(
        "integrations:keys",
        _("API keys"),
        _("For other systems"),
        "key-round",
        Permission.EDIT_API_KEYS,
        "kunci api integrasi integration",
    ),
    Place(
        "audit:list",
        _("Audit log"),
        _("Who changed what, and when"),
        "history",
        Permission.VIEW_AUDIT,
        "riwayat perubahan log audit jejak history",
    ),
    Place(
        "work:list",
        _("Background work"),
        _("What runs and what failed"),
        "activity",
        Permission.VIEW_JOBS,
        "pekerjaan latar jobs tasks",
    ),
)
