"""Motifs, colours and garments of Batik Tono, in the words of its shopkeeper."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Garment:
    """One cut, made in several motifs. Sizes raise the price by `size_step_amount` each."""

    code: str
    name: str  # "{}" is where the motif goes
    category: tuple[str, str]
    kind: str  # what config.demo.drawing draws
    price_amount: int
    weight_grams: int
    count: int  # how many motifs it is made in
    text: str
    choice: str = "Ukuran"
    values: tuple[str, ...] = ("S", "M", "L", "XL")
    size_step_amount: int = 0
    fits: tuple[str, ...] = ()
    most_colours: int = 3
    close_up: bool = False


# name -> (key of drawing.MOTIFS, what it means)
MOTIFS: Final = {
    "Kawung": (
        "kawung",
        "Kawung tersusun dari irisan buah aren yang saling berhadapan. Dulu hanya dipakai di dalam keraton, "
        "sekarang dipakai siapa saja yang ingin tampak tenang dan rapi.",
    ),
    "Parang": (
        "parang",
        "Parang mengalir miring tanpa putus seperti ombak yang memukul karang. Orang tua bilang, pemakainya "
        "diingatkan untuk tidak cepat menyerah.",
    ),
    "Mega Mendung": (
        "mega_mendung",
        "Mega Mendung dari Cirebon menggambar awan berlapis yang meneduhkan. Gradasinya dicelup bertahap, "
        "dari yang paling muda sampai paling tua.",
    ),
    "Truntum": (
        "truntum",
        "Truntum bertabur bunga kecil seperti bintang. Motif ini biasa dipakai orang tua pengantin, lambang "
        "kasih yang tumbuh kembali.",
    ),
    "Sekar Jagad": (
        "sekar_jagad",
        "Sekar Jagad mengumpulkan banyak corak dalam satu kain seperti peta pulau-pulau. Setiap lembar "
        "punya pembagiannya sendiri.",
    ),
    "Sidomukti": (
        "sidomukti",
        "Sidomukti berisi bidang-bidang belah ketupat dengan hiasan sayap di dalamnya. Namanya doa: semoga "
        "hidup berkecukupan.",
    ),
    "Ceplok": (
        "ceplok",
        "Ceplok mengulang mawar delapan kelopak dalam kotak-kotak rapi. Tegas dari jauh, manis dari dekat.",
    ),
    "Lereng": (
        "lereng",
        "Lereng bergaris miring halus dengan bunga kecil di sela-selanya. Membuat pemakainya tampak lebih "
        "tinggi.",
    ),
    "Buketan": (
        "buketan",
        "Buketan khas pesisir: rangkaian bunga dan daun yang menjalar bebas. Warnanya lebih berani daripada "
        "batik pedalaman.",
    ),
    "Tambal": (
        "tambal",
        "Tambal menyusun potongan-potongan corak seperti selimut perca. Dipercaya membawa kesembuhan bagi "
        "yang memakainya.",
    ),
    "Nitik": (
        "nitik",
        "Nitik dibuat hanya dari titik dan garis pendek, ribuan jumlahnya. Canting khusus yang ujungnya "
        "dibelah dipakai untuk menorehkannya.",
    ),
    "Gringsing": (
        "gringsing",
        "Gringsing bersisik rapat seperti ikan, tanda perlindungan. Latar yang sibuk namun tetap adem "
        "dipandang.",
    ),
}

# name -> ground, line, accent
COLOURS: Final = {
    "Sogan": ("#6b4423", "#f2e2c4", "#cf9347"),
    "Indigo": ("#1f3358", "#e9edf3", "#7fa3c9"),
    "Maroon": ("#6d1f2b", "#f6e2cb", "#dc9f55"),
    "Hijau Lumut": ("#43512f", "#f1ebd2", "#bda84f"),
    "Hitam": ("#242122", "#ebdbbc", "#b97e3f"),
    "Krem": ("#efe3c8", "#5a3a22", "#b57f43"),
    "Terakota": ("#b4552f", "#fcebd6", "#4f2619"),
    "Biru Laut": ("#2c6a86", "#ebf5f3", "#f2c76f"),
    "Ungu Terong": ("#4b2a4f", "#f1e1ea", "#cc94bc"),
    "Abu Batu": ("#5a5f63", "#f1f0ea", "#c7ae80"),
    "Kunyit": ("#d69a22", "#4d2c12", "#fff1cc"),
    "Merah Muda": ("#d98a94", "#fff4ef", "#7d3148"),
}

_MEN, _WOMEN, _CLOTH, _CHILDREN, _SMALL = "Pria", "Wanita", "Kain", "Anak", "Aksesori"

GARMENTS: Final = (
    Garment(
        "KPJ", "Kemeja {} Lengan Panjang", (_MEN, "Kemeja"), "shirt_long", 289_000, 320, 12,
        "Kemeja katun primisima yang jatuh rapi di badan, berfuring sampai pinggang supaya tidak gerah. "
        "Kancing kayu kelapa, motif bertemu lurus di bagian dada.",
        values=("S", "M", "L", "XL", "XXL", "3XL"), size_step_amount=5_000,
        fits=("Reguler", "Ramping"), close_up=True,
    ),
    Garment(
        "KPD", "Kemeja {} Lengan Pendek", (_MEN, "Kemeja"), "shirt_short", 219_000, 260, 12,
        "Ringan untuk hari kerja dan undangan siang. Katun adem dengan satu saku di dada, panjangnya pas "
        "dimasukkan atau dibiarkan keluar.",
        values=("S", "M", "L", "XL", "XXL"), size_step_amount=5_000,
    ),
    Garment(
        "KOK", "Koko {}", (_MEN, "Koko & Sarung"), "shirt_band", 245_000, 290, 4,
        "Kerah berdiri dengan bidang batik di dada dan lengan, sisanya katun polos yang menyerap keringat. "
        "Rapi sejak dari lemari sampai selesai tarawih.",
        size_step_amount=5_000,
    ),
    Garment(
        "SRG", "Sarung {}", (_MEN, "Koko & Sarung"), "folded", 175_000, 420, 5,
        "Sarung jahit sambung, lebar 120 cm, tidak licin saat dilipat di pinggang. Makin sering dicuci "
        "makin lembut.",
        choice="Jahitan", values=("Sambung", "Tumpal"),
    ),
    Garment(
        "DRS", "Dress {} Midi", (_WOMEN, "Dress"), "dress", 329_000, 340, 11,
        "Potongan A sampai bawah lutut, resleting belakang, dan dua saku tersembunyi yang benar-benar muat "
        "ponsel. Bahan rayon katun yang jatuh dan tidak mudah kusut.",
        size_step_amount=8_000,
    ),
    Garment(
        "BLS", "Blus {}", (_WOMEN, "Blus & Tunik"), "blouse", 199_000, 220, 10,
        "Lengan tiga perempat dengan kerut halus di bahu. Enak dipadukan dengan celana polos, dari kantor "
        "langsung ke arisan.",
        size_step_amount=5_000,
    ),
    Garment(
        "TNK", "Tunik {}", (_WOMEN, "Blus & Tunik"), "tunic", 259_000, 300, 7,
        "Panjang menutup pinggul dengan belahan samping. Ramah ibu menyusui: kancing depan sampai dada.",
        values=("M", "L", "XL", "XXL"), size_step_amount=8_000,
    ),
    Garment(
        "OUT", "Outer {}", (_WOMEN, "Outer"), "outer", 275_000, 330, 9,
        "Luaran longgar tanpa kancing, tinggal pakai di atas kaus putih. Bisa bolak-balik: satu sisi "
        "bercorak, sisi lain polos.",
        values=("S-M", "L-XL"), size_step_amount=10_000,
    ),
    Garment(
        "RKL", "Rok Lilit {}", (_WOMEN, "Bawahan"), "skirt", 189_000, 310, 5,
        "Tinggal lilit dan ikat, menyesuaikan lingkar pinggang 64 sampai 100 cm. Panjang 92 cm.",
        values=("Pendek", "Panjang"), choice="Panjang", size_step_amount=20_000,
    ),
    Garment(
        "KLT", "Kulot {}", (_WOMEN, "Bawahan"), "culottes", 205_000, 300, 4,
        "Pinggang karet di belakang, rata di depan. Lebar dan adem, cocok untuk yang banyak bergerak.",
        size_step_amount=5_000,
    ),
    Garment(
        "KAN", "Kain {} Panjang", (_CLOTH, "Kain Panjang"), "folded", 185_000, 380, 10,
        "Kain 240 x 105 cm, belum dijahit, siap dililit atau dibawa ke penjahit langganan. Cukup untuk satu "
        "kemeja dewasa lengan panjang.",
        choice="Teknik", values=("Cap", "Kombinasi", "Tulis"), close_up=True,
    ),
    Garment(
        "SLD", "Selendang {}", (_CLOTH, "Selendang"), "scarf", 145_000, 140, 6,
        "Selendang 200 x 50 cm dengan rumbai yang dipilin tangan. Ringan di bahu, cukup lebar untuk "
        "menggendong oleh-oleh.",
        choice="Bahan", values=("Katun", "Sutra"),
    ),
    Garment(
        "KAK", "Kemeja Anak {}", (_CHILDREN, "Kemeja Anak"), "shirt_short", 119_000, 160, 5,
        "Kembaran kemeja ayah dalam ukuran kecil. Katun tanpa furing supaya bebas berlari, kancing jepret "
        "yang mudah dibuka sendiri.",
        choice="Usia", values=("2-3 th", "4-5 th", "6-7 th", "8-9 th"),
        size_step_amount=5_000, most_colours=2,
    ),
    Garment(
        "DAK", "Dress Anak {}", (_CHILDREN, "Dress Anak"), "dress", 135_000, 170, 4,
        "Pinggang karet lembut dan rok lebar untuk berputar. Bagian dalam katun polos, tidak gatal.",
        choice="Usia", values=("2-3 th", "4-5 th", "6-7 th", "8-9 th"),
        size_step_amount=5_000, most_colours=2,
    ),
    Garment(
        "MSK", "Masker {}", (_SMALL, "Masker & Udeng"), "mask", 18_000, 25, 4,
        "Tiga lapis kain dengan kantong saringan, tali telinga yang bisa diatur. Dibuat dari sisa potongan "
        "kemeja, jadi tidak ada kain yang terbuang.",
        choice="Isi", values=("1 lembar", "3 lembar", "5 lembar"),
    ),
    Garment(
        "UDG", "Udeng {}", (_SMALL, "Masker & Udeng"), "folded", 85_000, 90, 2,
        "Ikat kepala siap pakai dengan lipatan yang sudah dijahit. Lingkar 54 sampai 60 cm.",
        values=("Dewasa", "Anak"),
    ),
    Garment(
        "TAS", "Tas Jinjing {}", (_SMALL, "Tas & Dompet"), "tote", 159_000, 380, 4,
        "Kanvas tebal dipadu batik, muat laptop 14 inci dan kotak bekal. Tali bahu kulit sintetis, saku "
        "dalam berritsleting.",
        values=("Sedang", "Besar"), size_step_amount=30_000,
    ),
    Garment(
        "DMP", "Dompet {}", (_SMALL, "Tas & Dompet"), "wallet", 69_000, 80, 3,
        "Dompet ritsleting dengan enam selip kartu dan satu ruang uang receh. Bisa digenggam, bisa "
        "digantung.",
        values=("Kecil", "Panjang"), size_step_amount=20_000,
    ),
    Garment(
        "TPK", "Taplak Meja {}", (_SMALL, "Rumah"), "folded", 149_000, 450, 3,
        "Taplak yang bikin meja makan seperti sedang menunggu tamu. Tepi dijahit dua kali, warnanya tidak "
        "turun ke piring.",
        values=("100 x 100 cm", "180 x 120 cm"), size_step_amount=60_000,
    ),
)  # fmt: skip

CARE: Final = (
    "Cuci dengan tangan dan lerak atau sampo, jangan direndam lama, jemur di tempat teduh. Setrika dari sisi "
    "dalam. Warna dan letak corak tiap helai bisa sedikit berbeda, karena dikerjakan tangan."
)
