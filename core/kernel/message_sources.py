"""Every sentence of ours that is shown to somebody: found in Python files and in templates.

Python is read with `ast`, so a string in pieces, an alias (`ngettext as _n`) and a comment for translators
are understood. Templates go through Django's own `templatize`, whose output Babel's tokenizer reads.
"""

import ast
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

ROOMS: Final = ("config", "tenants", "core", "billing", "channels", "storefront", "templates")
_SKIPPED_FOLDERS: Final = frozenset({"migrations", "node_modules", "assets", "locale", "__pycache__"})
_TEMPLATE_ENDINGS: Final = frozenset({".html", ".txt", ".typ"})
_FOR_TRANSLATORS: Final = "Translators:"

# Which arguments of a call are translated, in the notation of xgettext: "1c" is the context.
_ARGUMENTS: Final[dict[str, tuple[str | int, ...]]] = {
    "gettext": (1,),
    "ngettext": (1, 2),
    "pgettext": ("c", 2),
    "npgettext": ("c", 2, 3),
}
_TEMPLATE_KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One translatable text, where it stands, and what the author told the translators."""

    text: str
    path: str
    plural: str = ""
    context: str = ""
    comment: str = ""


class UnreadableSource(Exception):
    """A file that cannot be searched for texts; the message names it."""


def phrases_under(root: Path) -> Iterator[Phrase]:
    """Yield every text below the rooms of the house, files in alphabetical order."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if _SKIPPED_FOLDERS.intersection(path.relative_to(root).parts):
                continue
            if path.suffix == ".py":
                yield from phrases_in_python(path, root)
            elif path.suffix in _TEMPLATE_ENDINGS and "templates" in path.relative_to(root).parts:
                yield from phrases_in_template(path, root)


def phrases_in_python(path: Path, root: Path) -> Iterator[Phrase]:
    """Yield the texts of one module: literals given to anything imported from django.utils.translation."""
    source = path.read_text(encoding="utf-8")
    if "translation" not in source:
        return
    where = path.relative_to(root).as_posix()
    try:
        tree = ast.parse(source)
    except SyntaxError as broken:
        raise UnreadableSource(f"{where}, line {broken.lineno}: {broken.msg}") from broken
    known = _imported_names(tree)
    lines = source.splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (kind := _kind_of_call(node.func, known)):
            phrase = _phrase_of_call(node, kind, where, _comment_above(lines, node.lineno))
            if phrase:
                yield phrase


def phrases_in_template(path: Path, root: Path) -> Iterator[Phrase]:
    """Yield the texts of one template: translate, blocktranslate and _("...")."""
    source = path.read_text(encoding="utf-8")
    if "trans" not in source and "_(" not in source:
        return
    where = path.relative_to(root).as_posix()
    # Only literals matter here, and Python's tokenizer would stumble over a page's indentation.
    flat = "\n".join(line.strip() for line in templatize(source, origin=where).splitlines())
    tokens = extract_python(io.BytesIO(flat.encode()), _TEMPLATE_KEYWORDS, [_FOR_TRANSLATORS], {})
    try:
        # Babel's annotation is of its other extractors: this one gives line, function, literals, comments.
        found = cast("list[tuple[int, str, str | tuple[str | None, ...], list[str]]]", list(tokens))
    except (SyntaxError, ValueError) as broken:
        raise UnreadableSource(f"{where}: {broken}") from broken
    for _line, function, literals, comments in found:
        parts = tuple(each or "" for each in (literals if isinstance(literals, tuple) else (literals,)))
        context = parts[0] if "pgettext" in function else ""
        texts = parts[1:] if context else parts
        if texts and texts[0]:
            plural = texts[1] if function.startswith("n") and len(texts) > 1 else ""
            yield Phrase(texts[0], where, plural or "", context or "", " ".join(comments))


def _imported_names(tree: ast.Module) -> dict[str, str]:
    """Local name -> gettext function: {"_": "gettext", "_n": "ngettext"}."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for alias in node.names:
                kind = alias.name.removesuffix("_lazy").removesuffix("_noop")
                if kind in _ARGUMENTS:
                    names[alias.asname or alias.name] = kind
    return names


def _kind_of_call(function: ast.expr, known: dict[str, str]) -> str:
    """The gettext function that is called, also as translation.gettext; "" when it is another one."""
    if isinstance(function, ast.Name):
        return known.get(function.id, "")
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        kind = function.attr.removesuffix("_lazy").removesuffix("_noop")
        return kind if function.value.id == "translation" and kind in _ARGUMENTS else ""
    return ""


def _phrase_of_call(call: ast.Call, kind: str, where: str, comment: str) -> Phrase | None:
    """Read the literals of a call; None when the text is made up at run time."""
    literals = []
    for argument in call.args[: len(_ARGUMENTS[kind])]:
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            return None
        literals.append(argument.value)
    if len(literals) < len(_ARGUMENTS[kind]) or not literals[-1]:
        return None
    context = literals.pop(0) if "c" in _ARGUMENTS[kind] else ""
    plural = literals[1] if len(literals) > 1 else ""
    return Phrase(literals[0], where, plural, context, comment)


def _comment_above(lines: list[str], number: int) -> str:
    """The remark to translators in the line above, without its marker."""
    above = lines[number - 2].strip() if number > 1 else ""
    remark = above.removeprefix("#").strip()
    return remark if above.startswith("#") and remark.startswith(_FOR_TRANSLATORS) else ""
