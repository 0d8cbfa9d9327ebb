"""The page where a person pays at the fake Midtrans, in Bahasa Indonesia or English.

Return to the shop: https://docs.midtrans.com/docs/snap-advanced-feature
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from tests.fakes.midtrans import wire
from tests.fakes.midtrans.ledger import Payment, Session

_TEXTS = {
    "id": {
        "title": "Pembayaran uji coba",
        "note": "Ini bukan Midtrans sungguhan: tidak ada uang yang berpindah.",
        "order": "Pesanan",
        "total": "Total",
        "method": "Metode pembayaran",
        "pay": "Bayar",
        "later": "Ambil kode, bayar nanti",
        "fail": "Gagalkan",
        "lapse": "Biarkan kedaluwarsa",
        "closed": "Halaman ini sudah ditutup.",
        "back": "Kembali ke toko",
        "other": "English",
        "qris": "QRIS",
        "bca_va": "Virtual account BCA",
        "gopay": "GoPay",
        "credit_card": "Kartu kredit",
    },
    "en": {
        "title": "Test payment",
        "note": "This is not the real Midtrans: no money moves.",
        "order": "Order",
        "total": "Total",
        "method": "Payment method",
        "pay": "Pay",
        "later": "Take the code, pay later",
        "fail": "Fail",
        "lapse": "Let it expire",
        "closed": "This page is closed.",
        "back": "Back to the shop",
        "other": "Bahasa Indonesia",
        "qris": "QRIS",
        "bca_va": "BCA virtual account",
        "gopay": "GoPay",
        "credit_card": "Credit card",
    },
}
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f1f4f8;color:#16202c}
main{max-width:26rem;margin:1rem auto;padding:1.25rem;background:#fff;border-radius:.75rem}
h1{font-size:1.15rem;margin:0}.note{color:#51606f;font-size:.875rem;margin:.25rem 0 1rem}
dl,li{display:flex;justify-content:space-between;gap:1rem;margin:.25rem 0}dd{margin:0;font-weight:700}
ul{padding:.75rem 0;margin:.75rem 0;border:solid #dde3ea;border-width:1px 0}
fieldset{border:0;padding:0;margin:0}
legend{font-weight:700}label{display:flex;gap:.75rem;align-items:center;min-height:2.75rem}
input{width:1.25rem;height:1.25rem}
button{display:block;width:100%;min-height:2.75rem;margin:.5rem 0;border-radius:.5rem;
border:1px solid #98a5b3;background:#fff;color:inherit;font:inherit}
button.main{background:#0b5cad;border-color:#0b5cad;color:#fff;font-weight:700}a{color:#0b5cad}
"""


def choose(session: Session, payment: Payment | None, language: str) -> str:
    """The order, the methods, and what a shopper and a bank can do."""
    texts = _TEXTS[language]
    waiting = payment if payment and payment.status == "pending" else None
    methods = [waiting.method] if waiting else ["qris", "bca_va", "gopay", "credit_card"]
    radios = "".join(
        f'<label><input type="radio" name="method" value="{method}"{" checked" if not number else ""}>'
        f"{escape(texts[method])}</label>"
        for number, method in enumerate(methods)
    )
    acts = ["pay", "fail", "lapse"] if waiting else ["pay", "later", "fail", "lapse"]
    buttons = "".join(
        f'<button name="act" value="{act}"{" class=main" if act == "pay" else ""}>'
        f"{escape(texts[act])}</button>"
        for act in acts
    )
    items = "".join(
        f"<li><span>{escape(str(item['quantity']))} x {escape(str(item['name']))}</span>"
        f"<span>{_rp(int(str(item['price'])) * int(str(item['quantity'])))}</span></li>"
        for item in session.items
    )
    return _page(
        language,
        f"<dl><dt>{texts['order']}</dt><dd>{escape(session.order_id)}</dd></dl>"
        f"<ul>{items}</ul><dl><dt>{texts['total']}</dt><dd>{_rp(session.gross_amount)}</dd></dl>"
        f'<form method="post" action="?lang={language}"><fieldset><legend>{texts["method"]}</legend>{radios}'
        f"</fieldset>{buttons}</form>",
    )


def closed(language: str, session: Session | None = None) -> str:
    """Nothing to pay here, any more or ever."""
    texts = _TEXTS[language]
    link = f'<p><a href="{escape(session.finish_url)}">{texts["back"]}</a></p>' if session else ""
    return _page(language, f"<p>{texts['closed']}</p>{link}")


def finish_url(payment: Payment) -> str:
    """Where the shopper's browser goes back to. It proves nothing to the shop."""
    session = payment.session
    told = {
        "order_id": session.order_id,
        "status_code": wire.status_code(payment),
        "transaction_status": payment.status,
        "merchant_id": wire.merchant_id(session.server_key),
    }
    joint = "&" if "?" in session.finish_url else "?"
    return f"{session.finish_url}{joint}{urlencode(told)}"


def _page(language: str, body: str) -> str:
    texts = _TEXTS[language]
    other = "id" if language == "en" else "en"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{texts["title"]}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{texts['title']}</h1>"
        f'<p class="note">{texts["note"]}</p>{body}'
        f'<p class="note"><a href="?lang={other}" lang="{other}">{texts["other"]}</a></p>'
        "</main></body></html>"
    )


def _rp(amount: int) -> str:
    sign = "-" if amount < 0 else ""
    return f"{sign}Rp{abs(amount):,}".replace(",", ".")
