"""Plain text as a seller writes it, cut into blocks that a template can escape and mark up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or a list; `lines` holds its text."""

    kind: str  # "heading", "paragraph" or "list"
    lines: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """Read `## ` as a heading and `- ` as a list entry; an empty line ends a paragraph."""
    found: list[Block] = []
    kind = ""
    lines: list[str] = []
    for line in [*text.replace("\r\n", "\n").split("\n"), ""]:
        here, words = _read(line.strip())
        if here != kind or kind == "heading":
            if lines:
                found.append(Block(kind, tuple(lines)))
            lines = []
        kind = here
        if words:
            lines.append(words)
    return found


def _read(line: str) -> tuple[str, str]:
    if line.startswith("## "):
        return "heading", line[3:].strip()
    if line.startswith(("- ", "* ")):
        return "list", line[2:].strip()
    return ("paragraph", line) if line else ("", "")
