"""The texts a new store opens with, in Bahasa Indonesia, so that none is missing on the first day."""

from dataclasses import dataclass

from storefront.models import PageKind


@dataclass(frozen=True, slots=True)
class StartingPage:
    """One page as it is written into a new store; `{store}` becomes its name."""

    slug: str
    title: str
    kind: str
    body: str


_HOW_TO_ORDER = """\
## Memilih barang
- Buka produk yang Anda suka, pilih warna atau ukurannya, lalu tekan Masukkan keranjang.
- Anda dapat menambah barang lain sebelum membayar. Tidak perlu membuat akun.

## Mengisi alamat
- Tulis nomor WhatsApp yang aktif. Kabar pesanan dikirim ke nomor atau email Anda.
- Ketik kelurahan atau kode pos, lalu pilih alamat yang muncul. Ongkir langsung dihitung.

## Membayar
- Semua biaya terlihat sebelum Anda menekan tombol bayar.
- Untuk transfer bank, kirim tepat sampai tiga angka terakhir supaya pembayaran cepat dikenali.
- Pesanan yang tidak dibayar sampai batas waktunya dibatalkan otomatis.

## Memantau pesanan
Setelah memesan, Anda mendapat tautan halaman pesanan. Di sana tertulis status, nomor resi, dan cara membayar.
"""

_SHIPPING = """\
## Waktu pengiriman
- Pesanan yang sudah dibayar kami kemas pada hari kerja berikutnya.
- Perkiraan tiba tertulis di samping setiap pilihan pengiriman.
- Daerah yang jauh dapat memerlukan waktu lebih lama.

## Ongkir
Ongkir dihitung dari daerah tujuan dan berat paket, dan selalu terlihat sebelum Anda membayar.

## Nomor resi
Nomor resi muncul di halaman pesanan Anda begitu paket diserahkan kepada kurir.

## Paket rusak atau belum tiba
Hubungi kami dengan menyebut nomor pesanan. Foto paket yang rusak sebelum dibuka seluruhnya sangat membantu.
"""

_RETURNS = """\
## Kapan barang dapat dikembalikan
- Barang yang kami kirim salah, rusak, atau tidak lengkap.
- Laporkan paling lambat 7 hari setelah paket diterima.
- Barang belum dipakai, dan label serta kemasannya masih lengkap.

## Yang tidak dapat dikembalikan
- Makanan dan minuman yang segelnya sudah dibuka.
- Barang yang dibuat khusus sesuai permintaan Anda.

## Caranya
- Hubungi kami, sebutkan nomor pesanan, dan kirim fotonya.
- Kami menjawab dalam dua hari kerja dan memberi tahu ke mana barang dikirim.
- Jika kesalahan ada pada kami, ongkir pengembalian kami tanggung.

## Pengembalian dana
Dana dikembalikan dengan cara yang sama seperti Anda membayar, atau ke rekening yang Anda tunjuk.
Paling lambat 7 hari kerja setelah barang kami periksa.
"""

_PRIVACY = """\
{store} menghormati data pribadi Anda, sesuai dengan Undang-Undang Pelindungan Data Pribadi.

## Data yang kami simpan
- Nama, nomor telepon, email, dan alamat yang Anda tulis saat memesan.
- Barang yang Anda pesan dan status pembayarannya.
- Kami tidak pernah melihat atau menyimpan nomor kartu atau PIN Anda.

## Untuk apa
- Memproses, mengirim, dan memberi kabar tentang pesanan Anda.
- Memenuhi kewajiban pembukuan dan pajak.

## Siapa yang menerima
Kurir dan penyedia pembayaran yang menangani pesanan Anda menerima data yang mereka perlukan.
Kami tidak menjual data Anda.

## Hak Anda
Anda dapat meminta salinan, perbaikan, atau penghapusan data Anda. Hubungi kami lewat halaman Kontak.
"""

_TERMS = """\
## Harga dan stok
- Harga dalam rupiah. Ongkir dihitung terpisah dan terlihat sebelum Anda membayar.
- Jika harga atau stok berubah saat Anda memesan, kami menunjukkannya lebih dahulu dan Anda yang memutuskan.

## Kapan pesanan berlaku
Pesanan berlaku setelah Anda menerima nomor pesanan.
Pesanan yang dibayar di muka dikemas setelah pembayarannya diterima.

## Pembatalan
- Pesanan yang belum dikirim dapat dibatalkan. Hubungi kami dengan menyebut nomor pesanan.
- Jika barang ternyata tidak tersedia, uang Anda kami kembalikan seluruhnya.

## Penyelesaian masalah
Hubungi kami lebih dahulu, kami berusaha menyelesaikannya bersama Anda. Hukum Indonesia berlaku.
"""

_CONTACT = """\
Ada pertanyaan tentang produk atau pesanan? Hubungi kami, sebutkan nomor pesanan jika sudah memesan.

Kami menjawab pada hari kerja, pukul 09.00 sampai 17.00.
"""

STARTING_PAGES = (
    StartingPage("cara-pesan", "Cara pesan", PageKind.TEXT, _HOW_TO_ORDER),
    StartingPage("pengiriman", "Pengiriman", PageKind.POLICY, _SHIPPING),
    StartingPage("pengembalian", "Pengembalian", PageKind.POLICY, _RETURNS),
    StartingPage("privasi", "Kebijakan privasi", PageKind.POLICY, _PRIVACY),
    StartingPage("syarat", "Syarat dan ketentuan", PageKind.POLICY, _TERMS),
    StartingPage("kontak", "Kontak", PageKind.CONTACT, _CONTACT),
)
