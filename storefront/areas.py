"""Which part of Indonesia a shopper means by what they typed or picked."""

from dataclasses import dataclass

from core.kernel import regions
from core.kernel.regions import Region, RegionLevel

MOST_CANDIDATES = 8
SHORTEST = 3
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Area:
    """`region` is where it goes; while that is open, `candidates` is what may be meant."""

    region: Region | None
    candidates: tuple[Region, ...] = ()

    @property
    def code(self) -> str:
        """The region's code; "" while it is open."""
        return self.region.code if self.region else ""

    @property
    def common_code(self) -> str:
        """The deepest code that every candidate lies in, which is enough for an estimate."""
        if self.region:
            return self.region.code
        paths = [region.code.split(".") for region in self.candidates]
        shared: list[str] = []
        for parts in zip(*paths, strict=False):
            if len(set(parts)) > 1:
                break
            shared.append(parts[0])
        return ".".join(shared)


def meant(text: str, code: str) -> Area:
    """Read what was typed and what was picked; a pick counts as long as the text still speaks of it."""
    text = clean(text)
    picked = regions.find(code[:13]) if code else None
    if picked and picked.level >= RegionLevel.DISTRICT and text in ("", picked.label):
        return Area(picked)
    candidates = found(text)
    if picked and picked in candidates:
        return Area(picked)
    if len(candidates) == 1:
        return Area(candidates[0])
    return Area(None, candidates)


def found(text: str) -> tuple[Region, ...]:
    """Districts and villages that a text may mean, best first."""
    text = clean(text)
    if len(text) < SHORTEST:
        return ()
    hits = regions.search(text, limit=MOST_CANDIDATES * 2)
    return tuple(region for region in hits if region.level >= RegionLevel.DISTRICT)[:MOST_CANDIDATES]


def clean(text: str) -> str:
    """One line without what cannot be stored."""
    return text.replace("\0", "").strip()[:LONGEST]
