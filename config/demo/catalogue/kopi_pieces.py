"""What Kopi Lereng sells besides beans: drinks, tools and presents."""

from dataclasses import dataclass
from typing import Final

_READY: Final = ("Minuman", "Siap Minum")
_HANDY: Final = ("Minuman", "Praktis Seduh")
_OTHER: Final = ("Minuman", "Bukan Kopi")
_BREW: Final = ("Alat Seduh", "Manual Brew")
_MEASURE: Final = ("Alat Seduh", "Giling & Timbang")
_EXTRAS: Final = ("Alat Seduh", "Perlengkapan")
_CUPS: Final = ("Hadiah", "Cangkir & Tumbler")
_HAMPERS: Final = ("Hadiah", "Hampers")


@dataclass(frozen=True, slots=True)
class Piece:
    """Anything but beans. `prices` maps the values of its one choice to (price, grams)."""

    code: str
    name: str
    category: tuple[str, str]
    brand: str
    description: str
    kind: str
    prices: dict[str, tuple[int, int]]
    choice: str = "Isi"
    colours: tuple[str, ...] = ()
    palette: tuple[str, str, str] = ("#3b2a20", "#f4e9d8", "#c98a3d")
    was_percent: int = 0
    tags: tuple[str, ...] = ()


DRINKS: Final = (
    Piece(
        "KSG",
        "Kopi Susu Gula Aren Botol",
        _READY,
        "Kopi Lereng",
        kind="bottle",
        choice="Ukuran",
        prices={"250 ml": (22_000, 320), "500 ml": (39_000, 590), "1 liter": (72_000, 1120)},
        palette=("#c79a6b", "#3b2a20", "#f4e9d8"),
        tags=("terlaris", "dingin"),
        description="Espresso racikan sendiri, susu segar, dan gula aren cair dari Lebak. Dikirim dingin "
        "dengan es gel, tahan lima hari di kulkas. Kocok dulu: gula arennya suka bersembunyi di dasar botol.",
    ),
    Piece(
        "CBR",
        "Cold Brew Kintamani",
        _READY,
        "Kopi Lereng",
        kind="bottle",
        choice="Ukuran",
        prices={"250 ml": (25_000, 320), "1 liter": (85_000, 1120)},
        palette=("#3b2a20", "#f4e9d8", "#e0912f"),
        tags=("dingin", "tanpa gula"),
        description="Diseduh dingin 16 jam, disaring dua kali. Segar seperti kulit jeruk dan hampir tidak "
        "pahit. Minum langsung dengan es batu, atau campur air soda untuk sore yang gerah.",
    ),
    Piece(
        "KNS",
        "Konsentrat Kopi untuk Susu",
        _READY,
        "Kopi Lereng",
        kind="bottle",
        choice="Ukuran",
        prices={"500 ml": (68_000, 590), "1 liter": (125_000, 1120)},
        palette=("#4a2f22", "#f4e9d8", "#b8593b"),
        was_percent=112,
        tags=("hemat",),
        description="Satu bagian konsentrat, tiga bagian susu, jadi. Pekat, manis alami, tanpa pengawet. "
        "Sebotol satu liter cukup untuk enam belas gelas, teman setia rapat dari rumah.",
    ),
    Piece(
        "DRP",
        "Drip Bag Campur Nusantara",
        _HANDY,
        "Kopi Lereng",
        kind="box",
        prices={"7 kantong": (62_000, 120), "14 kantong": (115_000, 230), "30 kantong": (229_000, 480)},
        palette=("#3f6b4f", "#f4efe2", "#e2b04a"),
        tags=("terlaris", "oleh-oleh"),
        description="Tujuh daerah dalam satu kotak: Gayo, Mandailing, Preanger, Temanggung, Kintamani, "
        "Bajawa, dan Toraja. Sobek, kaitkan di bibir cangkir, tuang air panas. Kopi enak tanpa alat apa pun.",
    ),
    Piece(
        "CLP",
        "Kopi Celup Racikan Pagi",
        _HANDY,
        "Kopi Lereng",
        kind="box",
        prices={"10 kantong": (45_000, 110), "25 kantong": (99_000, 260)},
        palette=("#b8593b", "#fbefe2", "#3b2a20"),
        description="Semudah menyeduh teh: celup empat menit, angkat, selesai. Giling sedang dalam kantong "
        "kertas tanpa lem plastik. Pas untuk laci kantor dan tas perjalanan.",
    ),
    Piece(
        "KPS",
        "Kapsul Espresso Isi 10",
        _HANDY,
        "Kopi Lereng",
        kind="box",
        choice="Rasa",
        prices={
            "Cokelat": (78_000, 130),
            "Karamel": (78_000, 130),
            "Buah": (84_000, 130),
            "Decaf": (88_000, 130),
        },
        palette=("#2b2b2b", "#f2ece2", "#c98a3d"),
        was_percent=115,
        description="Kapsul yang bisa dikompos untuk mesin kapsul ukuran umum. Empat karakter, semuanya "
        "dari kebun yang kami kenal pemiliknya. Krema tebal dalam tiga puluh detik.",
    ),
    Piece(
        "CSC",
        "Cascara Teh Kulit Kopi",
        _OTHER,
        "Kebun Puntang",
        kind="pouch",
        prices={"75 g": (35_000, 100), "200 g": (82_000, 240)},
        choice="Berat",
        palette=("#8c3b2a", "#fbefe2", "#e2b04a"),
        tags=("rendah kafein",),
        description="Kulit ceri kopi yang dijemur sampai garing. Seduhannya semanis kismis dengan jejak "
        "asam jawa. Enak panas, lebih enak lagi didiamkan semalam di kulkas.",
    ),
    Piece(
        "CKL",
        "Cokelat Bubuk Jembrana",
        _OTHER,
        "Cokelat Tabanan",
        kind="pouch",
        prices={"150 g": (58_000, 180), "500 g": (169_000, 550)},
        choice="Berat",
        palette=("#4a2a1d", "#f4e3cf", "#d3a15a"),
        description="Kakao fermentasi dari Bali barat, digiling halus tanpa susu bubuk. Pahitnya bulat, "
        "aromanya seperti roti hangat. Dua sendok makan untuk segelas susu panas.",
    ),
    Piece(
        "ARN",
        "Gula Aren Cair",
        _OTHER,
        "Aren Lebak",
        kind="bottle",
        choice="Ukuran",
        prices={"250 ml": (32_000, 380), "600 ml": (69_000, 850)},
        palette=("#7a4a21", "#f8ead2", "#3b2a20"),
        description="Nira aren yang dimasak di atas kayu bakar lalu disaring. Wangi asap tipis, manis yang "
        "tidak menusuk. Untuk kopi susu, bubur, atau siraman pisang goreng.",
    ),
    Piece(
        "TMW",
        "Teh Melati Tubruk",
        _OTHER,
        "Kebun Slawi",
        kind="pouch",
        prices={"100 g": (28_000, 120), "250 g": (62_000, 280)},
        choice="Berat",
        palette=("#5c7a4a", "#f6f2df", "#e8c35a"),
        description="Teh hijau yang semalaman tidur bersama bunga melati segar. Seduh pekat, tambah gula "
        "batu, dan sore terasa lebih panjang.",
    ),
)


TOOLS: Final = (
    Piece(
        "DRK",
        "Dripper Keramik Kerucut",
        _BREW,
        "Tanah Liat",
        kind="dripper",
        choice="Ukuran",
        prices={"1-2 cangkir": (145_000, 420), "1-4 cangkir": (185_000, 560)},
        colours=("Putih", "Hitam", "Terakota"),
        tags=("pemula",),
        description="Alur spiral dan lubang tunggal supaya air turun rata. Dibakar 1.250 derajat, jadi "
        "panasnya tertahan lama. Bilas dengan air mendidih sebelum menyeduh.",
    ),
    Piece(
        "SRV",
        "Server Kaca 600 ml",
        _BREW,
        "Seduh Rapi",
        kind="server",
        prices={"": (135_000, 480)},
        palette=("#cfe0e2", "#3b2a20", "#6b4226"),
        description="Kaca borosilikat dengan garis takar yang tidak luntur. Muat empat cangkir, tutupnya "
        "bisa dilepas untuk dicuci. Aman di atas kompor gas kecil dengan tatakan.",
    ),
    Piece(
        "KTL",
        "Ketel Leher Angsa",
        _BREW,
        "Tirta",
        kind="kettle",
        choice="Model",
        prices={"Kompor 1 liter": (259_000, 780), "Listrik 0,8 liter": (649_000, 1450)},
        colours=("Perak", "Hitam", "Putih"),
        was_percent=118,
        tags=("terlaris",),
        description="Leher ramping untuk aliran yang tenang dan mudah diarahkan. Model listrik menjaga suhu "
        "tiap satu derajat selama tiga puluh menit. Garansi toko satu tahun.",
    ),
    Piece(
        "FPR",
        "French Press",
        _BREW,
        "Seduh Rapi",
        kind="press",
        choice="Ukuran",
        prices={"350 ml": (165_000, 620), "600 ml": (215_000, 860), "1 liter": (275_000, 1150)},
        description="Saringan baja dua lapis dan tabung kaca tebal. Empat menit, tekan pelan, tuang. Cara "
        "termudah menikmati badan kopi yang penuh.",
    ),
    Piece(
        "MKP",
        "Moka Pot",
        _BREW,
        "Tirta",
        kind="moka",
        choice="Ukuran",
        prices={"3 cangkir": (189_000, 520), "6 cangkir": (265_000, 780)},
        colours=("Perak", "Terakota"),
        description="Kopi pekat dari kompor dapur, siap dalam lima menit. Aluminium tebal dengan karet yang "
        "mudah diganti. Jangan dicuci dengan sabun, cukup air hangat.",
    ),
    Piece(
        "GRM",
        "Grinder Manual Gilang",
        _MEASURE,
        "Gilang",
        kind="grinder",
        choice="Pisau",
        prices={"Keramik": (285_000, 640), "Baja 38 mm": (545_000, 720), "Baja 48 mm": (985_000, 810)},
        colours=("Hitam", "Perak"),
        was_percent=110,
        tags=("terlaris",),
        description="Putaran ringan, hasil giling rata dari espresso sampai french press. Empat puluh klik "
        "setelan. Pisau bisa dibuka tanpa alat untuk disikat.",
    ),
    Piece(
        "TMB",
        "Timbangan Kopi dengan Waktu",
        _MEASURE,
        "Gilang",
        kind="scale",
        prices={"": (239_000, 430)},
        colours=("Hitam", "Putih"),
        description="Teliti sampai 0,1 gram, penghitung waktu menyala sendiri saat air pertama jatuh. "
        "Baterai isi ulang, permukaan tahan cipratan.",
    ),
    Piece(
        "FLT",
        "Kertas Filter Kerucut",
        _EXTRAS,
        "Seduh Rapi",
        kind="box",
        prices={"40 lembar": (28_000, 90), "100 lembar": (59_000, 210)},
        palette=("#efe6d6", "#4a3a2c", "#3f6b4f"),
        description="Kertas tanpa pemutih, serat rapat, tidak meninggalkan rasa kardus. Basahi dulu dengan "
        "air panas. Cocok untuk dripper kerucut ukuran kecil dan besar.",
    ),
    Piece(
        "TPL",
        "Toples Kedap Udara",
        _EXTRAS,
        "Tanah Liat",
        kind="jar",
        choice="Ukuran",
        prices={"500 ml": (89_000, 520), "1 liter": (119_000, 780)},
        colours=("Putih", "Hijau Pandan"),
        description="Tutup kayu dengan karet silikon dan katup satu arah: gas keluar, udara tidak masuk. "
        "Muat 200 atau 400 gram biji. Simpan di tempat teduh.",
    ),
    Piece(
        "TMP",
        "Tamper Kayu Sonokeling",
        _EXTRAS,
        "Gilang",
        kind="tamper",
        choice="Diameter",
        prices={"51 mm": (165_000, 340), "58 mm": (185_000, 410)},
        palette=("#5b3a26", "#d9d9d6", "#2b2b2b"),
        description="Alas baja yang digerinda rata, gagang kayu sonokeling sisa mebel. Beratnya membantu "
        "menekan, bukan memaksa. Setiap gagang punya serat yang berbeda.",
    ),
)


GIFTS: Final = (
    Piece(
        "CKR",
        "Cangkir Keramik Lereng",
        _CUPS,
        "Tanah Liat",
        kind="cup",
        choice="Ukuran",
        prices={"90 ml": (65_000, 180), "180 ml": (79_000, 260), "300 ml": (95_000, 350)},
        colours=("Putih", "Hitam", "Hijau Pandan", "Terakota", "Biru Laut"),
        tags=("hadiah",),
        description="Diputar tangan di Plered, glasir matte, bibir tipis yang nyaman. Tidak ada dua yang "
        "sama persis, dan itu yang kami suka. Aman untuk microwave dan mesin cuci piring.",
    ),
    Piece(
        "TMR",
        "Tumbler Dua Lapis",
        _CUPS,
        "Tirta",
        kind="tumbler",
        choice="Ukuran",
        prices={"350 ml": (189_000, 320), "500 ml": (219_000, 410)},
        was_percent=120,
        colours=("Hitam", "Putih", "Hijau Pandan", "Biru Laut"),
        tags=("hadiah", "terlaris"),
        description="Baja tahan karat dua lapis: panas enam jam, dingin dua belas jam. Tutup putar tidak "
        "menetes di dalam tas. Bawa sendiri, dapat potongan di kedai kami.",
    ),
    Piece(
        "HMP",
        "Hampers Lereng",
        _HAMPERS,
        "Kopi Lereng",
        kind="hamper",
        choice="Paket",
        prices={"Kecil": (185_000, 700), "Sedang": (349_000, 1500), "Besar": (625_000, 2600)},
        palette=("#a9764a", "#f7efe3", "#3f6b4f"),
        tags=("hadiah", "oleh-oleh"),
        description="Biji pilihan bulan ini, drip bag, cangkir, dan kartu ucapan tulisan tangan dalam kotak "
        "anyaman. Tulis pesannya di catatan pesanan, kami salinkan dengan rapi.",
    ),
)
