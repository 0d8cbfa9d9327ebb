"""Amounts of rupiah in words, as Indonesian receipts have them."""

from typing import Final

_ONES: Final = "nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas".split()
_SCALES: Final = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (1_000, "ribu"), (100, "ratus"))


def terbilang(number: int) -> str:
    """Whole numbers in words: 509490 is `lima ratus sembilan ribu empat ratus sembilan puluh`."""
    if number < 0:
        return f"minus {terbilang(-number)}"
    if number < len(_ONES):
        return _ONES[number]
    if number < 20:
        return f"{_ONES[number - 10]} belas"
    if number < 100:
        return _joined(f"{_ONES[number // 10]} puluh", number % 10)
    for size, name in _SCALES:
        if number >= size:
            count, rest = divmod(number, size)
            # One thousand and one hundred are a word of their own.
            head = f"se{name}" if count == 1 and size <= 1_000 else f"{terbilang(count)} {name}"
            return _joined(head, rest)
    raise AssertionError("every number is above one of the scales")


def rupiah_in_words(amount: int) -> str:
    """An amount as it stands on a receipt: `Lima ratus rupiah`."""
    return f"{terbilang(amount)} rupiah".capitalize()


def _joined(head: str, rest: int) -> str:
    return f"{head} {terbilang(rest)}" if rest else head
