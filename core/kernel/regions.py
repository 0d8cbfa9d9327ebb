"""Indonesia's provinces, regencies and cities, districts, and villages with their postcodes.

The only door to the `lokal` package's data. Codes are the dotted ones of the Ministry of Home Affairs:
32.73.02.1004. Nothing is loaded until somebody asks; lists and lookups then take about 20 MB of memory, the
search 25 MB more.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

from lokal import wilayah

from core.kernel.region_index import region_index

_CODE: Final = re.compile(r"[0-9.]{2,13}")


class RegionLevel(IntEnum):
    """How deep a region lies, and how many parts its code has."""

    PROVINCE = 1
    REGENCY = 2  # kabupaten or kota
    DISTRICT = 3  # kecamatan
    VILLAGE = 4  # kelurahan or desa


@dataclass(frozen=True, slots=True)
class Region:
    """One region with the names above it. What lies below is "": a province has no regency."""

    code: str
    name: str
    level: RegionLevel
    province: str
    regency: str
    district: str
    village: str
    postcode: str  # of a village; a larger region has it only when all its villages share one

    @property
    def label(self) -> str:
        """The path as an address shows it: "Dago, Coblong, Kota Bandung, Jawa Barat 40135"."""
        names = (self.village, self.district, self.regency, self.province)
        return f"{', '.join(filter(None, names))} {self.postcode}".rstrip()


_SHOWN_INSTEAD = {
    "Daerah Khusus Ibukota Jakarta": "DKI Jakarta",
    "Daerah Istimewa Yogyakarta": "DI Yogyakarta",
}


def provinces() -> tuple[Region, ...]:
    """All 38 provinces by name."""
    return _children("")


def regencies(province_code: str) -> tuple[Region, ...]:
    """The kabupaten and kota of a province, by name (and so kabupaten first)."""
    return _children(province_code, RegionLevel.PROVINCE)


def districts(regency_code: str) -> tuple[Region, ...]:
    """The kecamatan of a regency or city, by name."""
    return _children(regency_code, RegionLevel.REGENCY)


def villages(district_code: str) -> tuple[Region, ...]:
    """The kelurahan and desa of a kecamatan, by name."""
    return _children(district_code, RegionLevel.DISTRICT)


def find(code: str) -> Region | None:
    """The region with this code, dotted or not; None when there is none."""
    # The library finds digits anywhere in a text, and callers keep the text that they asked with.
    if not _CODE.fullmatch(code):
        return None
    try:
        found = wilayah.get_wilayah(code)
    except (ValueError, IndexError):
        return None
    return _region(found.code) if found else None


def by_postcode(postcode: str) -> tuple[Region, ...]:
    """Every village that uses a five-digit postcode, by name; nothing when nobody does."""
    found = [_region(code) for code in wilayah.villages_with_postal_code(postcode.strip())]
    return tuple(sorted(found, key=lambda region: region.name))


def search(text: str, limit: int = 10) -> tuple[Region, ...]:
    """What somebody may mean by "kemang", "40132" or "kec coblong bandung", best first.

    Forgives small typing errors, joined or split words and usual abbreviations (jaksel, jogja, kab.).
    """
    words = text[:200].split()
    digits = next((word for word in words if word.isdecimal() and word.isascii() and 3 <= len(word) <= 5), "")
    if digits:
        rest = " ".join(word for word in words if word != digits)
        return _by_digits(digits, rest, limit)
    index = region_index()
    return tuple(_region(index.codes[here]) for here in index.search(text[:200], limit))


def warm_up() -> None:
    """Load everything now (about 1 s), so that the first shopper does not wait for it."""
    search("jakarta")
    by_postcode("10110")


def _by_digits(digits: str, rest: str, limit: int) -> tuple[Region, ...]:
    """Villages whose postcode starts so, those first that also match the other words."""
    missing = 5 - len(digits)
    postcodes = (digits + str(tail).zfill(missing) if missing else digits for tail in range(10**missing))
    found = [region for postcode in postcodes for region in by_postcode(postcode)]
    if rest:
        hits = [region.code for region in search(rest, 50)]
        found.sort(key=lambda region: not any(region.code.startswith(code) for code in hits))
    return tuple(found[:limit])


def _children(code: str, level: RegionLevel | None = None) -> tuple[Region, ...]:
    parent = wilayah.normalize_wilayah_code(code)
    if level is not None and (not parent or len(parent.split(".")) != level):
        return ()
    below = [_region(each.code) for each in wilayah.list_wilayah(parent or None)]
    return tuple(sorted(below, key=lambda region: region.name))


@lru_cache(maxsize=4096)
def _region(code: str) -> Region:
    """Build the region of a code that exists."""
    parts = code.split(".")
    names = [
        _shown(wilayah.wilayah_name(".".join(parts[:depth])) or "") for depth in range(1, len(parts) + 1)
    ]
    province, regency, district, village = names + [""] * (4 - len(names))
    return Region(
        code=code,
        name=names[-1],
        level=RegionLevel(len(parts)),
        province=province,
        regency=regency,
        district=district,
        village=village,
        postcode=_postcode_of(code, len(parts)),
    )


def _postcode_of(code: str, depth: int) -> str:
    """A village's own postcode, or the one that all villages of a district share."""
    if depth < RegionLevel.DISTRICT:
        return ""
    if depth == RegionLevel.VILLAGE:
        village = wilayah.get_wilayah(code)
        return (village and village.postal_code) or ""
    shared = {village.postal_code for village in wilayah.list_wilayah(code)}
    return (shared.pop() or "") if len(shared) == 1 else ""


def _shown(name: str) -> str:
    """The name as couriers and forms write it."""
    return _SHOWN_INSTEAD.get(name) or name.replace(" Administrasi ", " ")
