"""How much of the ASVS is tested, and how much only has a reason: `python -m tests.security.coverage`."""

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ASVS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("asvs.toml").read_text())
CHAPTERS = {
    "V1": "encoding", "V2": "business logic", "V3": "browser", "V4": "API", "V5": "files",
    "V6": "authentication", "V7": "sessions", "V8": "authorisation", "V9": "tokens", "V10": "OAuth",
    "V11": "cryptography", "V12": "communication", "V13": "configuration", "V14": "data", "V15": "code",
    "V16": "logging", "V17": "WebRTC",
}  # fmt: skip


@dataclass(slots=True)
class Count:
    """Of one chapter, or of all. Who has a test and a reason counts as tested."""

    all: int = 0
    tested: int = 0
    reasoned: int = 0
    not_applicable: int = 0
    not_yet: int = 0


def numbers() -> dict[str, Count]:
    """The counts by chapter, and of all."""
    found = {"all": Count()}
    for name, told in ASVS.items():
        for count in (found["all"], found.setdefault(name.partition(".")[0], Count())):
            count.all += 1
            count.tested += "test" in told
            count.reasoned += "test" not in told
            count.not_applicable += told.get("reason", "").startswith("does not apply")
            count.not_yet += told.get("reason", "").startswith("not yet")
    return found


def lines() -> list[str]:
    """A table for people."""
    found = numbers()
    rows = [f"{'ASVS 5.0.0 L2':<22}{'all':>5}{'tested':>8}{'reason':>8}{'n/a':>6}{'not yet':>9}"]
    for chapter in (*CHAPTERS, "all"):
        count, name = found[chapter], f"{chapter} {CHAPTERS.get(chapter, '')}"
        figures = (
            f"{count.all:>5}{count.tested:>8}{count.reasoned:>8}{count.not_applicable:>6}{count.not_yet:>9}"
        )
        rows.append(f"{name:<22}{figures}")
    return rows


def main() -> int:
    """Print the table."""
    sys.stdout.write("\n".join(lines()) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
