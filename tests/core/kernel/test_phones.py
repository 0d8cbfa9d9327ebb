"""Phone numbers: every way people write them, and what is refused."""

import pytest

from core.kernel import phones
from core.kernel.phones import InvalidPhone


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("081234567890", "+6281234567890"),
        ("0812-3456-7890", "+6281234567890"),
        ("0812 3456 7890", "+6281234567890"),
        ("(0812) 3456.7890", "+6281234567890"),
        ("81234567890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("62 812 3456 7890", "+6281234567890"),
        ("+62 812-3456-7890", "+6281234567890"),
        ("+62 (0)812 3456 7890", "+6281234567890"),
        ("62081234567890", "+6281234567890"),
        ("006281234567890", "+6281234567890"),
        ("  081234567890\n", "+6281234567890"),
        ("\u202a+62 812\u20113456\u20117890\u202c", "+6281234567890"),
        ("62812345678", "+62812345678"),
        ("0812345678", "+62812345678"),
        ("021 5201234", "+62215201234"),
        ("(022) 250-1234", "+62222501234"),
        ("+65 8123 4567", "+6581234567"),
        ("0060 12-345 6789", "+60123456789"),
        ("٠٨١٢٣٤٥٦٧٨٩٠", "+6281234567890"),
    ],
)
def test_reads_a_number_however_it_is_written(typed: str, kept: str) -> None:
    assert phones.normalise(typed) == kept
    assert phones.normalise(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "0", "0812", "08123", "12345", "abc", "0812ABC7890", "08123456789012345", "+62",
        "0000000000", "+999 123456789", "081234567890;ext=5", "081234567890 ext 5",
        "0" * 5000, "\x00081234567890", "<b>081234567890",
    ],
)  # fmt: skip
def test_refuses_what_cannot_be_called(typed: str) -> None:
    with pytest.raises(InvalidPhone) as refusal:
        phones.normalise(typed)

    assert refusal.value.code == "invalid_phone"
    assert "0812 3456 7890" in str(refusal.value)
    assert not phones.is_mobile(typed)


def test_knows_a_mobile_from_a_landline() -> None:
    assert phones.is_mobile("0812-3456-7890")
    assert phones.is_mobile("62812345678"), (
        "short mobile numbers exist; the library alone calls this a landline"
    )
    assert phones.is_mobile("+65 8123 4567")
    assert not phones.is_mobile("021 5201234")


def test_shows_a_number_as_its_owner_writes_it() -> None:
    assert phones.shown("+6281234567890") == "0812-3456-7890"
    assert phones.shown("+6581234567") == "+65 8123 4567"


def test_links_to_whatsapp() -> None:
    assert phones.whatsapp_link("0812-3456-7890") == "https://wa.me/6281234567890"
    assert (
        phones.whatsapp_link("081234567890", "Halo Kak, pesanan #12 & resi?")
        == "https://wa.me/6281234567890?text=Halo%20Kak%2C%20pesanan%20%2312%20%26%20resi%3F"
    )
