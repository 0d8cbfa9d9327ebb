"""What we sell besides plans, and what partners get, to start with: loaded once, as plans are."""

from dataclasses import asdict, dataclass
from typing import Any

from billing.plans import GIB


@dataclass(frozen=True, slots=True)
class AddOnSeed:
    """An add-on's row. Whole rupiah a month before tax; with a `meter`, for each use over `included`."""

    code: str
    name_id: str
    name_en: str
    description_id: str
    description_en: str
    entitlements: dict[str, int | bool]
    month_idr_amount: int = 0
    trial_days: int = 0
    meter: str = ""
    included: int = 0
    unit_idr_amount: int = 0
    month_cap_idr_amount: int = 0

    @property
    def columns(self) -> dict[str, Any]:
        """The row, but for its key."""
        return {name: value for name, value in asdict(self).items() if name != "code"}


ADD_ONS = (
    AddOnSeed(
        "storage_10",
        "Ruang foto 10 GB",
        "10 GB for pictures",
        "Tambahan 10 GB untuk foto produk. Foto yang sudah diunggah tetap ada bila dimatikan.",
        "10 GB more for product pictures. Turned off, pictures that are there stay.",
        {"storage_bytes": 10 * GIB},
        month_idr_amount=49_000,
        trial_days=14,
    ),
    AddOnSeed(
        "staff_5",
        "5 anggota tim",
        "5 more people",
        "Lima orang lagi dalam tim Anda. Siapa yang sudah bergabung tetap bisa masuk bila dimatikan.",
        "Five more people in your team. Turned off, whoever is in the team stays.",
        {"staff": 5},
        month_idr_amount=75_000,
        trial_days=14,
    ),
    AddOnSeed(
        "locations_5",
        "5 lokasi",
        "5 more locations",
        "Lima gudang atau toko lagi untuk stok Anda. Lokasi yang sudah ada tetap dipakai bila dimatikan.",
        "Five more warehouses or shops for your stock. Turned off, locations that are there stay.",
        {"locations": 5},
        month_idr_amount=99_000,
        trial_days=14,
    ),
    AddOnSeed(
        "products_5000",
        "5.000 produk",
        "5,000 more products",
        "Ruang untuk 5.000 produk lagi. Produk yang sudah ada tetap dijual bila dimatikan.",
        "Room for 5,000 more products. Turned off, products that are there go on selling.",
        {"products": 5_000},
        month_idr_amount=89_000,
    ),
    AddOnSeed(
        "api_on_demand",
        "API lebih cepat",
        "Faster API",
        "40 panggilan API lagi per detik. 50.000 panggilan per bulan sudah termasuk.",
        "40 more API calls a second. 50,000 calls a month are included.",
        {"api_per_second": 40},
        meter="api_calls",
        included=50_000,
        unit_idr_amount=2,
        month_cap_idr_amount=300_000,
    ),
)

# Code, name and scope in Bahasa and English, whole rupiah before tax.
SERVICES = (
    (
        "setup",
        "Bantu siapkan toko",
        "Set up my store",
        "Kami mengisi profil, pembayaran, ongkir dan tampilan bersama Anda dalam panggilan 90 menit.",
        "We fill in profile, payments, shipping and the look with you, in one call of 90 minutes.",
        750_000,
    ),
    (
        "import",
        "Pindahkan produk",
        "Bring my products over",
        "Kami menata file hingga 1.000 produk dengan fotonya, mengimpornya, dan memeriksa hasilnya.",
        "We tidy your file of up to 1,000 products with their pictures, import it, and check the outcome.",
        1_250_000,
    ),
    (
        "training",
        "Latih tim saya",
        "Train my team",
        "Dua jam pelatihan daring untuk tim Anda: pesanan, stok, pembayaran, dan laporan.",
        "Two hours of training by video for your team: orders, stock, payments, and reports.",
        500_000,
    ),
)

# From how many paying stores, hundredths of a percent of what they pay before tax, for how many months each.
COMMISSION_TIERS = ((1, 1_500, 12), (5, 2_000, 12), (20, 2_500, 12))
