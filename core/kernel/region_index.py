"""The search behind core.kernel.regions: words of region names, built once per process, about 1 s.

Regions are kept in the order of their codes, parents before children, as parallel arrays: 91,599 small
objects would cost ten times the memory.
"""

import re
import threading
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from lokal import wilayah

VILLAGE_LEVEL: Final = 4
FULL_MATCH: Final = 1.0

_ALIASES: Final = {
    "kab": ("kabupaten",),
    "kodya": ("kota",),
    "jkt": ("jakarta",),
    "dki": ("jakarta",),
    "jaksel": ("jakarta", "selatan"),
    "jaktim": ("jakarta", "timur"),
    "jakbar": ("jakarta", "barat"),
    "jakut": ("jakarta", "utara"),
    "jakpus": ("jakarta", "pusat"),
    "jabar": ("jawa", "barat"),
    "jateng": ("jawa", "tengah"),
    "jatim": ("jawa", "timur"),
    "jogja": ("yogyakarta",),
    "jogjakarta": ("yogyakarta",),
    "yogya": ("yogyakarta",),
    "diy": ("yogyakarta",),
    "bdg": ("bandung",),
    "sby": ("surabaya",),
    "smg": ("semarang",),
    "tangsel": ("tangerang", "selatan"),
    "sumut": ("sumatera", "utara"),
    "sumbar": ("sumatera", "barat"),
    "sumsel": ("sumatera", "selatan"),
    "sulsel": ("sulawesi", "selatan"),
    "sulut": ("sulawesi", "utara"),
    "sulteng": ("sulawesi", "tengah"),
    "kalbar": ("kalimantan", "barat"),
    "kalsel": ("kalimantan", "selatan"),
    "kaltim": ("kalimantan", "timur"),
    "kalteng": ("kalimantan", "tengah"),
    "ntb": ("nusa", "tenggara", "barat"),
    "ntt": ("nusa", "tenggara", "timur"),
    "kepri": ("kepulauan", "riau"),
    "babel": ("bangka", "belitung"),
}
_LEVEL_WORDS: Final = {
    "prov": 1, "provinsi": 1, "kec": 3, "kecamatan": 3, "distrik": 3,
    "kel": 4, "kelurahan": 4, "desa": 4, "ds": 4,
}  # fmt: skip
_QUIET_WORDS: Final = frozenset({"administrasi", "daerah", "khusus", "ibukota", "istimewa"})
_KIND_WORDS: Final = frozenset({"kota", "kabupaten"})  # "bandung" names Kota Bandung in full
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_MOST_PREFIX_HITS: Final = 4000
_MOST_TYPO_WORDS: Final = 12
_MOST_REREAD_WORDS: Final = 4  # a longer query says enough as it stands
_TYPO_QUALITY: Final = {1: 0.6, 2: 0.4}
_FROM_A_PARENT: Final = 0.9  # a word found in a parent's name counts a little less


def words_of(text: str) -> list[str]:
    """Lower-case words without accents or apostrophes: "Ma'rang" is `marang`."""
    plain = unicodedata.normalize("NFKD", text).lower()
    plain = re.sub(r"[\u0300-\u036f'`\u2018\u2019]", "", plain)
    return re.findall(r"[a-z0-9]+", plain)


class RegionIndex:
    """Every region by the words of its name. Read-only once built, so threads may share it."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.names: list[str] = []
        self._levels = array("B")
        self._parents = array("i")
        self._postings: dict[str, array[int]] = {}
        for parent, region in _walk(None, -1, self.codes):  # `codes` grows as we go
            self._add(parent, region)
        self._words = sorted(self._postings)
        self._masks = array("L", map(_letter_mask, self._words))
        self._matches = lru_cache(maxsize=4096)(self._find_matches)

    def _add(self, parent: int, region: wilayah.Wilayah) -> None:
        here = len(self.codes)
        self.codes.append(region.code)
        self.names.append(region.name)
        self._levels.append(region.level)
        self._parents.append(parent)
        for word in set(words_of(region.name)) - _QUIET_WORDS:
            self._postings.setdefault(word, array("I")).append(here)

    def search(self, text: str, limit: int) -> list[int]:
        """Positions of the best regions for what somebody typed, best first."""
        wanted_levels, words = _read_query(text)
        if not words:
            return []
        readings = [words]
        if len(words) <= _MOST_REREAD_WORDS:
            readings += [*self._joined(words), *self._split(words)]
        found: dict[int, float] = {}
        for with_typos, may_miss in ((False, 0), (True, 0), (True, 1)):
            for reading in readings:
                if may_miss and len(reading) < 2:
                    continue
                for here, score in self._score_all(reading, with_typos=with_typos, may_miss=may_miss):
                    found[here] = max(found.get(here, 0.0), score)
            if found:
                break
        ranked = sorted(found, key=lambda here: (-self._rank(here, found[here], words, wanted_levels), here))
        return self._with_villages(ranked[:limit], limit)

    def _score_all(
        self, words: tuple[str, ...], *, with_typos: bool, may_miss: int
    ) -> Iterator[tuple[int, float]]:
        """Yield every region that has one of the words itself and the others itself or in a parent."""
        rarest_first = sorted((self._matches(word, with_typos) for word in words), key=len)
        parents = self._parents
        for here in set().union(*rarest_first):
            score, missed = 0.0, 0
            for match in rarest_first:
                best = match.get(here, 0.0)
                above = parents[here]
                while above >= 0 and best < FULL_MATCH:
                    if above in match:
                        best = max(best, match[above] * _FROM_A_PARENT)
                    above = parents[above]
                score += best
                missed += best == 0.0
                if missed > may_miss:
                    break
            else:
                yield here, score / len(words)

    def _rank(self, here: int, score: float, words: tuple[str, ...], wanted_levels: set[int]) -> float:
        """Order equal matches: whole names first, the asked level, then where most parcels go."""
        level, code = self._levels[here], self.codes[here]
        own = set(words_of(self.names[here]))
        own = own - _QUIET_WORDS - _KIND_WORDS or own
        named = sum(1 for word in own if word in words) / len(own)
        rank = score * 100 + named * 25 + (0, 4, 6, 3, 0)[level]
        if level in wanted_levels:
            rank += 15
        if code[3:4] == "7":  # a city, not a rural regency
            rank += 2
        if code[:1] == "3":  # Java
            rank += 2
        return rank

    def _with_villages(self, ranked: list[int], limit: int) -> list[int]:
        """Fill what is left of the list with the villages of the best district: the next thing one picks."""
        if ranked and self._levels[ranked[0]] == VILLAGE_LEVEL - 1:
            below = ranked[0] + 1
            while len(ranked) < limit and below < len(self.codes) and self._levels[below] == VILLAGE_LEVEL:
                if below not in ranked:
                    ranked.append(below)
                below += 1
        return ranked

    def _joined(self, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Readings that write two words as one: "suka sari" may be Sukasari."""
        for at in range(len(words) - 1):
            if words[at] + words[at + 1] in self._postings:
                yield (*words[:at], words[at] + words[at + 1], *words[at + 2 :])

    def _split(self, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Readings that write one word as two: "lebakgede" may be Lebak Gede."""
        for at, word in enumerate(words):
            for cut in range(3, len(word) - 2):
                if word[:cut] in self._postings and word[cut:] in self._postings:
                    yield (*words[:at], word[:cut], word[cut:], *words[at + 1 :])

    def _find_matches(self, word: str, with_typos: bool) -> dict[int, float]:
        """Regions whose own name has this word, one that begins with it, or (if asked) one like it."""
        found: dict[int, float] = dict.fromkeys(self._postings.get(word, ()), FULL_MATCH)
        if len(word) >= 3:
            self._add_prefixes(word, found)
        if with_typos or not found:
            for like, distance in self._similar(word, slips=1 if found else 2):
                for here in self._postings[like]:
                    found[here] = max(found.get(here, 0.0), _TYPO_QUALITY[distance])
        return found

    def _add_prefixes(self, word: str, found: dict[int, float]) -> None:
        longer = []
        at = bisect_left(self._words, word)
        while at < len(self._words) and self._words[at].startswith(word):
            longer.append(self._words[at])
            at += 1
        crowded = sum(len(self._postings[each]) for each in longer) > _MOST_PREFIX_HITS
        for each in longer:
            quality = 0.6 + 0.3 * len(word) / len(each)
            for here in self._postings[each]:
                if here not in found and not (crowded and self._levels[here] == VILLAGE_LEVEL):
                    found[here] = quality

    def _similar(self, word: str, slips: int) -> list[tuple[str, int]]:
        """Words one slip away, or two for long words when one slip finds nothing."""
        if len(word) < 4 or word.isdigit():
            return []
        near = [(each, 1) for each in _one_slip(word) if each in self._postings]
        if not near and slips == 2 and len(word) >= 6:
            near = [(each, 2) for each in self._two_slips(word)]
        near.sort(key=lambda each: -len(self._postings[each[0]]))
        return near[:_MOST_TYPO_WORDS]

    def _two_slips(self, word: str) -> Iterator[str]:
        """Words with the same first letter at distance two; people rarely miss the first letter twice."""
        mask = _letter_mask(word)
        start, stop = bisect_left(self._words, word[0]), bisect_left(self._words, word[0] + "{")
        for at in range(start, stop):
            if (self._masks[at] ^ mask).bit_count() > 3:
                continue
            other = self._words[at]
            if abs(len(other) - len(word)) <= 2 and _distance(word, other) == 2:
                yield other


def _walk(code: str | None, parent: int, written: list[str]) -> Iterator[tuple[int, wilayah.Wilayah]]:
    """Yield (position of the parent, region) for everything below `code`, parents first."""
    for region in wilayah.list_wilayah(code):
        here = len(written)
        yield parent, region
        if region.level < VILLAGE_LEVEL:
            yield from _walk(region.code, here, written)


def _read_query(text: str) -> tuple[set[int], tuple[str, ...]]:
    """Levels that were named ("kec", "kel") and the words that are left, abbreviations written out."""
    levels: set[int] = set()
    words: list[str] = []
    for word in words_of(text)[:8]:
        if word in _LEVEL_WORDS:
            levels.add(_LEVEL_WORDS[word])
        elif word not in _QUIET_WORDS:
            words.extend(_ALIASES.get(word, (word,)))
    return levels, tuple(dict.fromkeys(words))


def _letter_mask(word: str) -> int:
    mask = 0
    for letter in word:
        mask |= 1 << (ord(letter) - 97 if letter.isalpha() else 26)
    return mask


def _one_slip(word: str) -> set[str]:
    """Every spelling one slip away: a letter missing, doubled, wrong, or two swapped."""
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    slips = {left + right[1:] for left, right in halves if right}
    slips |= {left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1}
    slips |= {left + letter + right[1:] for left, right in halves if right for letter in _LETTERS}
    slips |= {left + letter + right for left, right in halves for letter in _LETTERS}
    slips.discard(word)
    return slips


def _distance(one: str, other: str) -> int:
    """Edits between two words, counting a swap of neighbours as one."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, against in enumerate(other, 1):
            cost = min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, above = above, line
    return above[-1]


_lock = threading.Lock()
_built: list[RegionIndex] = []


def region_index() -> RegionIndex:
    """The index of this process, built by whoever asks first."""
    if not _built:
        with _lock:
            if not _built:
                _built.append(RegionIndex())
    return _built[0]
