"""The beans of Kopi Lereng: 17 origins and blends by roast, weight and grind."""

from dataclasses import dataclass
from typing import Final

from config.demo.catalogue.parts import (
    DemoOption,
    DemoPicture,
    DemoProduct,
    DemoVariant,
    Offer,
    Sketch,
    chosen,
    rounded,
    slug_of,
    variants_of,
)

_GRAMS: Final = {"100 g": 100, "250 g": 250, "500 g": 500, "1 kg": 1000}
_WEIGHT_FACTOR: Final = {"100 g": 46, "250 g": 100, "500 g": 190, "1 kg": 362}  # percent of the 250 g price
_BAG_GRAMS: Final = 22
_GRINDS: Final = ("Biji utuh", "Halus (espresso)", "Sedang (saring)", "Kasar (french press)", "Tubruk")
_SHORT: Final = {
    "100 g": "100", "250 g": "250", "500 g": "500", "1 kg": "1K",
    "Biji utuh": "BJ", "Halus (espresso)": "HL", "Sedang (saring)": "SD",
    "Kasar (french press)": "KS", "Tubruk": "TB",
    "Terang": "LT", "Sedang": "MD", "Sedang-gelap": "MG", "Gelap": "DK",
}  # fmt: skip

_FRESHNESS: Final = (
    "Disangrai setiap Selasa dan Jumat, dikirim paling lambat tiga hari setelahnya. "
    "Paling enak diseduh satu sampai enam minggu setelah tanggal sangrai."
)


@dataclass(frozen=True, slots=True)
class _Bean:
    code: str
    name: str
    kind: str  # the child category
    price_amount: int  # of 250 g
    ground: str
    accent: str
    notes: str
    story: str
    weights: tuple[str, ...] = ("100 g", "250 g", "500 g")
    grinds: tuple[str, ...] = _GRINDS
    roasts: tuple[str, ...] = ()
    was_percent: int = 0
    tags: tuple[str, ...] = ()


_BEANS: Final = (
    _Bean(
        "GYO",
        "Gayo Takengon",
        "Arabika",
        98_000,
        "#2f5d4a",
        "#e2b04a",
        "cokelat susu, rempah, jeruk nipis",
        "Dari kebun rakyat di sekitar Danau Lut Tawar, 1.400 meter di atas laut. Giling basah yang bersih "
        "membuat badannya tebal tanpa rasa tanah.",
        ("250 g", "500 g", "1 kg"),
        roasts=("Terang", "Sedang", "Sedang-gelap", "Gelap"),
        tags=("terlaris",),
    ),
    _Bean(
        "GYW",
        "Gayo Wine Natural",
        "Arabika",
        135_000,
        "#6b2737",
        "#f0c9a0",
        "anggur, nangka, madu",
        "Ceri merah dijemur utuh sampai empat puluh hari. Asamnya matang seperti buah yang dipetik tepat "
        "waktu. Sekali panen hanya ada beberapa karung.",
        tags=("edisi terbatas",),
        was_percent=111,
    ),
    _Bean(
        "MDL",
        "Mandailing Natal",
        "Arabika",
        92_000,
        "#4a3b2a",
        "#d98c3f",
        "gula merah, cedar, tembakau",
        "Kopi klasik dari lereng Bukit Barisan. Asam rendah, manis yang lama tinggal, enak sekali dengan "
        "sedikit susu.",
    ),
    _Bean(
        "LTG",
        "Lintong Onan Ganjang",
        "Arabika",
        96_000,
        "#35506b",
        "#e9d8a6",
        "lemon, herba, kakao",
        "Dipetik di selatan Danau Toba oleh kelompok tani ibu-ibu. Aroma dedaunan sehabis hujan, akhir yang "
        "bersih.",
    ),
    _Bean(
        "KRC",
        "Kerinci Kayu Aro",
        "Arabika",
        99_000,
        "#27555a",
        "#f2b872",
        "persik, teh hitam, karamel",
        "Tumbuh di tanah vulkanik, bertetangga dengan kebun teh tua. Ringan di lidah, wangi sejak digiling.",
        tags=("baru",),
    ),
    _Bean(
        "PTG",
        "Puntang Honey",
        "Arabika",
        118_000,
        "#8a5a2b",
        "#ffe3a8",
        "jambu biji, madu, melati",
        "Lendir ceri sengaja disisakan saat dijemur, jadi manisnya berlapis. Paling jujur bila diseduh "
        "saring, 92 derajat.",
        weights=("100 g", "250 g"),
        tags=("edisi terbatas",),
    ),
    _Bean(
        "PRG",
        "Preanger Malabar",
        "Arabika",
        94_000,
        "#5b6b35",
        "#f3e3b3",
        "kacang, apel, gula aren",
        "Priangan adalah tempat kopi Nusantara pertama kali diekspor. Kebun yang sekarang dirawat anak muda "
        "kampung, teduh di bawah pohon rasamala.",
        was_percent=115,
    ),
    _Bean(
        "SND",
        "Sindoro Temanggung",
        "Arabika",
        89_000,
        "#7a3e2c",
        "#f2d3a0",
        "tembakau manis, cokelat, prem",
        "Tumpang sari dengan tembakau, dan jejak wanginya memang terasa. Badan sedang, cocok untuk diminum "
        "seharian.",
    ),
    _Bean(
        "IJN",
        "Ijen Raung",
        "Arabika",
        95_000,
        "#3d4d73",
        "#f0d58c",
        "jeruk, cokelat hitam, kacang",
        "Dari dataran tinggi di antara dua gunung di ujung timur Jawa. Proses basah penuh, rasa tegas dan "
        "rapi.",
    ),
    _Bean(
        "KTM",
        "Kintamani Ulian",
        "Arabika",
        105_000,
        "#b5652a",
        "#fff0cf",
        "jeruk keprok, bunga, tebu",
        "Ditanam berselang-seling dengan jeruk dan diatur lewat subak abian. Segar, terang, bikin melek "
        "dengan ramah.",
        tags=("terlaris",),
    ),
    _Bean(
        "BJW",
        "Flores Bajawa",
        "Arabika",
        102_000,
        "#6a4a7a",
        "#f3cf9b",
        "vanila, kayu manis, cokelat",
        "Dari kaki Inerie. Aromanya seperti dapur waktu membuat kue. Satu dari sedikit kopi yang sama "
        "enaknya panas maupun dingin.",
    ),
    _Bean(
        "TRJ",
        "Toraja Sapan",
        "Arabika",
        109_000,
        "#8c2f2f",
        "#f0d58c",
        "cokelat hitam, anggur, rempah",
        "Kebun di ketinggian 1.700 meter, jalannya hanya cukup untuk motor. Badan penuh, asam lembut, akhir "
        "yang panjang.",
    ),
    _Bean(
        "WMN",
        "Wamena Baliem",
        "Arabika",
        128_000,
        "#31473a",
        "#f2b441",
        "karamel, plum, kapulaga",
        "Diterbangkan dari Lembah Baliem karena belum ada jalan darat. Bersih, manis, dan tanpa pupuk kimia.",
        weights=("100 g", "250 g"),
    ),
    _Bean(
        "LWA",
        "Robusta Liwa",
        "Robusta",
        58_000,
        "#4b3621",
        "#e8a33d",
        "cokelat pahit, roti panggang",
        "Petik merah dari Lampung Barat. Pahitnya tegas tapi tidak gosong, krema melimpah. Andalan kopi "
        "tubruk.",
        ("250 g", "500 g", "1 kg"),
        tags=("hemat",),
    ),
    _Bean(
        "DMP",
        "Fine Robusta Dampit",
        "Robusta",
        69_000,
        "#5a3d31",
        "#f0c27b",
        "kacang mede, karamel, kakao",
        "Disortir dua kali, tanpa biji cacat. Bukti bahwa robusta bisa manis kalau dipetik dan dijemur "
        "dengan sabar.",
        ("250 g", "500 g", "1 kg"),
        was_percent=118,
    ),
    _Bean(
        "RRM",
        "Racikan Rumah",
        "Racikan",
        75_000,
        "#3b2a20",
        "#e0912f",
        "cokelat, kacang, gula merah",
        "Racikan harian kami: 70 persen Mandailing, 30 persen Liwa. Dibuat untuk semua alat, termasuk "
        "saringan kain nenek.",
        ("250 g", "500 g", "1 kg"),
        tags=("terlaris", "hemat"),
    ),
    _Bean(
        "DCF",
        "Decaf Malam",
        "Racikan",
        119_000,
        "#2b3350",
        "#e6d9b8",
        "cokelat, kurma, kenari",
        "Kafein dilepas dengan air pegunungan, rasanya tetap di tempat. Untuk obrolan yang baru mulai pukul "
        "sembilan.",
        weights=("250 g",),
        grinds=("Biji utuh", "Sedang (saring)", "Tubruk"),
    ),
)


def bean_products() -> tuple[DemoProduct, ...]:
    """Every bean as a product."""
    return tuple(_product(bean) for bean in _BEANS)


def _product(bean: _Bean) -> DemoProduct:
    options = [DemoOption("Berat", bean.weights), DemoOption("Gilingan", bean.grinds)]
    if bean.roasts:
        options.append(DemoOption("Sangrai", bean.roasts))
    return DemoProduct(
        slug=slug_of(bean.name),
        name=bean.name,
        description=f"{bean.story}\n\nCatatan rasa: {bean.notes}. {_FRESHNESS}",
        category=("Biji Kopi", bean.kind),
        brand="Kopi Lereng",
        tags=bean.tags,
        options=tuple(options),
        variants=_variants(bean, tuple(options)),
        pictures=_pictures(bean),
    )


def _variants(bean: _Bean, options: tuple[DemoOption, ...]) -> tuple[DemoVariant, ...]:
    def offer(weight: str, *_grind_and_roast: str) -> Offer:
        price = rounded(bean.price_amount * _WEIGHT_FACTOR[weight] // 100)
        was = rounded(price * bean.was_percent // 100, 1000) if bean.was_percent else None
        return Offer(price, _GRAMS[weight] + _BAG_GRAMS, 52, was)

    with_barcode = chosen(bean.code, 3) > 0  # small lots carry no barcode
    return variants_of(bean.code, options, offer, _SHORT.__getitem__, with_barcode=with_barcode)


def _pictures(bean: _Bean) -> tuple[DemoPicture, ...]:
    bag = Sketch("bag_of_beans", bean.ground, "#f7efe0", bean.accent, title=bean.name, subtitle=bean.notes)
    beans = Sketch("beans", "#efe4d2", "#5a3826", bean.accent, seed=chosen(bean.code, 1000))
    return (
        DemoPicture(bag, f"Kemasan {bean.name}"),
        DemoPicture(beans, f"Biji {bean.name} setelah disangrai"),
    )
