"""Who buys and sells in the demo: believable Indonesians, none of them real.

Mail addresses end in the domains reserved for examples, so nothing can ever reach a stranger.
"""

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

from core.kernel import phones, regions
from core.kernel.regions import Region


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A shopper with a phone and one address; `region` is a village with its postcode."""

    name: str
    phone: str  # as typed: 0812...
    email: str
    street: str
    landmark: str
    region: Region


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """Where a store keeps stock."""

    name: str
    street: str
    village_code: str


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """A member of a store; `role` is the name of one of the eight roles."""

    name: str
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class DemoStore:
    """What is known about a store before it sells anything. The first place is the main one."""

    slug: str
    name: str
    tagline: str
    about: str
    preset: str
    custom_hostname: str
    phone: str
    email: str
    staff: tuple[DemoStaff, ...]
    places: tuple[DemoPlace, DemoPlace]
    bank_accounts: tuple[tuple[str, str, str], ...]  # bank, number, holder
    free_shipping_from_amount: int


STORES: Final = (
    DemoStore(
        slug="kopi",
        name="Kopi Lereng",
        tagline="Disangrai Selasa, diseduh Jumat.",
        about="Kami rumah sangrai kecil di Dago, Bandung. Bijinya kami beli langsung dari tujuh belas "
        "kelompok tani, disangrai dua kali seminggu, dan dikirim paling lambat tiga hari setelahnya.",
        preset="galeri",
        custom_hostname="kopilereng.localhost",
        phone="081220014571",
        email="halo@kopilereng.example.com",
        staff=(
            DemoStaff("Sari Wulandari", "sari@example.com", "OWNER"),
            DemoStaff("Budi Santoso", "budi@example.com", "WAREHOUSE"),
            DemoStaff("Maya Siregar", "maya@example.com", "ORDERS"),
        ),
        places=(
            DemoPlace("Rumah Sangrai Dago", "Jl. Ir. H. Juanda No. 312", "32.73.02.1004"),
            DemoPlace("Kedai Mampang", "Jl. Kemang Utara No. 27", "31.74.03.1002"),
        ),
        bank_accounts=(
            ("BCA", "7770123456", "Sari Wulandari"),
            ("Mandiri", "1300099887766", "Sari Wulandari"),
        ),
        free_shipping_from_amount=250_000,
    ),
    DemoStore(
        slug="batik",
        name="Batik Tono",
        tagline="Dari Laweyan, untuk dipakai setiap hari.",
        about="Tiga generasi menjaga canting di Laweyan, Solo. Kain dan pakaian kami dikerjakan empat belas "
        "perajin, sebagian besar tetangga sendiri. Yang rusak kami perbaiki, yang kebesaran kami kecilkan.",
        preset="pasar",
        custom_hostname="batiktono.localhost",
        phone="081329007452",
        email="toko@batiktono.example.com",
        staff=(
            DemoStaff("Tono Prasetyo", "tono@example.com", "OWNER"),
            DemoStaff("Endang Lestari", "endang@example.com", "CATALOGUE"),
            DemoStaff("Rizky Hidayat", "rizky@example.com", "WAREHOUSE"),
        ),
        places=(
            DemoPlace("Gerai Laweyan", "Jl. Dr. Radjiman No. 519", "33.72.01.1002"),
            DemoPlace("Gudang Pekalongan", "Jl. Hayam Wuruk No. 84", "33.75.02.1004"),
        ),
        bank_accounts=(("BRI", "012301001234567", "Tono Prasetyo"), ("BCA", "0153012345", "Tono Prasetyo")),
        free_shipping_from_amount=400_000,
    ),
)

_FIRST_NAMES: Final = (
    "Agus Ahmad Aisyah Andi Anisa Ari Asep Ayu Bagus Bayu Citra Dedi Desi Dewi Dian Dimas Dwi Eka Eko Fajar "
    "Farah Fitri Galih Gita Hendra Ida Ika Indah Intan Irfan Joko Kadek Kartika Ketut Komang Lia Lina Made "
    "Maria Maya Mega Melati Nabila Nia Novi Nur Nyoman Putra Putri Putu Rahmat Ratna Reza Rina Rini Rizal "
    "Ryan Santi Sinta Siti Sri Surya Teguh Tika Tri Umar Vina Wahyu Wayan Wulan Yanti Yoga Yohanes Yuni "
    "Yusuf Zahra"
).split()
_LAST_NAMES: Final = (
    "Anggraini Aritonang Astuti Aulia Batubara Daulay Effendi Firmansyah Ginting Gunawan Hadi Halim "
    "Handayani Harahap Hartono Hasibuan Hidayat Indrawan Iskandar Kurniawan Kusuma Laksana Lestari Lubis "
    "Mahendra Manurung Maulana Nasution Nugroho Nuraini Pangestu Permana Pertiwi Pratama Purnama Rachman "
    "Rahayu Ramadhan Sahputra Salim Santoso Saputra Sari Setiawan Siahaan Simanjuntak Sitorus Subekti "
    "Suharto Sukmawati Susanto Tambunan Tanjung Tanuwijaya Utami Wahyuni Wibowo Wicaksono Widodo Wijaya "
    "Yulianti Zulkarnain"
).split()
_STREETS: Final = (
    "Melati,Mawar,Kenanga,Anggrek,Cempaka,Flamboyan,Merdeka,Diponegoro,Sudirman,Veteran,Pahlawan,Kartini,"
    "Gajah Mada,Imam Bonjol,Pemuda,Cendrawasih,Rajawali,Merpati,Mangga,Rambutan,Durian,Manggis,Beringin,"
    "Cemara,Pinus,Teratai"
).split(",")
_LANDMARKS: Final = (
    "pagar hijau", "sebelah musala", "depan warung Bu Tini", "rumah cat putih pojok",
    "seberang lapangan voli", "samping bengkel motor", "belakang SD negeri", "dekat pos ronda",
    "titip satpam bila kosong", "lantai 2, tangga luar", "", "", "",
)  # fmt: skip
_PREFIXES: Final = (
    "0811 0812 0813 0821 0822 0851 0852 0853 0856 0857 0858 0859 0877 0878 0881 0895 0896 0897 0898 0899"
).split()
_MAIL_DOMAINS: Final = ("example.com", "example.com", "example.net", "example.org")
# Where parcels go, by how often the code stands here.
_REGENCIES: Final = (
    "31.74 31.74 31.75 31.73 31.72 31.71 32.73 32.73 32.04 32.76 32.75 32.01 36.71 36.74 36.03 33.74 33.72 "
    "33.75 34.71 34.04 34.04 35.78 35.78 35.15 35.73 51.71 51.04 12.71 12.71 16.71 18.71 73.71 63.72 64.72 "
    "61.71 71.71 52.71 14.71 13.71 11.71 81.71 91.71"
).split()


def people(count: int, seed: int = 1) -> tuple[DemoPerson, ...]:
    """`count` different shoppers; the same seed always gives the same ones, a larger count only adds."""
    chance = Random(seed)  # noqa: S311  (a cast, not a secret)
    found: dict[str, DemoPerson] = {}
    while len(found) < count:
        person = _person(chance)
        found.setdefault(person.phone, person)
    return tuple(found.values())


def _person(chance: Random) -> DemoPerson:
    first, last = chance.choice(_FIRST_NAMES), chance.choice(_LAST_NAMES)
    name = f"{first} {last}" if chance.random() > 0.2 else f"{first} {chance.choice(_FIRST_NAMES)} {last}"
    handle = ".".join(name.lower().split())
    return DemoPerson(
        name=name,
        phone=_phone(chance),
        email=f"{handle}{chance.randint(1, 999)}@{chance.choice(_MAIL_DOMAINS)}",
        street=_street(chance),
        landmark=chance.choice(_LANDMARKS),
        region=chance.choice(_villages_of(chance.choice(_REGENCIES))),
    )


def _phone(chance: Random) -> str:
    """A mobile number that the phone library accepts."""
    while True:
        number = f"{chance.choice(_PREFIXES)}{chance.randint(1_000_000, 99_999_999)}"
        if phones.is_mobile(number):
            return number


def _street(chance: Random) -> str:
    road = chance.choice(_STREETS)
    number, neighbourhood, ward = chance.randint(1, 180), chance.randint(1, 14), chance.randint(1, 12)
    kind = chance.choice(("Jl.", "Jl.", "Jl.", "Gg.", "Perum"))
    return f"{kind} {road} No. {number}, RT {neighbourhood:02d}/RW {ward:02d}"


@cache
def _villages_of(regency_code: str) -> tuple[Region, ...]:
    """All villages of a regency or city that have a postcode."""
    return tuple(
        village
        for district in regions.districts(regency_code)
        for village in regions.villages(district.code)
        if village.postcode
    )
