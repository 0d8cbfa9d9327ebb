"""The translation files: templates/locale/<language>/LC_MESSAGES/django.po, and the .mo that Django reads.

Written with Babel, so no machine needs the gettext package. Texts in the code are English; every one of them
must have a Bahasa Indonesia translation. The .po files are committed; a .mo is made from its .po and is not.
"""

import io
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from core.kernel.message_sources import Phrase, phrases_under

REQUIRED_LANGUAGE: Final = "id"
LANGUAGES: Final = (REQUIRED_LANGUAGE, "en")

_PLURALS: Final = {"id": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
_WIDTH: Final = 110
_HEADER: Final = (
    "# {language} texts of SmartSeller. Written by `manage.py messages --collect`; fill in msgstr."
)
_BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)  # a fixed date: collecting twice must change nothing
_NAMED: Final = re.compile(r"%\(\w+\)[-+#0 ]?[\d.]*[a-zA-Z]|\{\w*\}")
_UNNAMED: Final = re.compile(r"%[\d.]*[sdifrx]")


def po_path(root: Path, language: str) -> Path:
    """Where the texts of a language are kept."""
    return root / "templates" / "locale" / language / "LC_MESSAGES" / "django.po"


def collect(root: Path) -> dict[str, int]:
    """Bring each .po up to date with the sources: new texts are added empty, vanished ones are kept aside.

    Returns      language -> number of texts without a translation
    """
    template = _template_of(phrases_under(root))
    untranslated = {}
    for language in LANGUAGES:
        catalogue = _updated(root, language, template)
        path = po_path(root, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_po_bytes(catalogue))
        untranslated[language] = sum(1 for message in catalogue if message.id and not _is_translated(message))
    return untranslated


def compile_catalogues(root: Path) -> list[Path]:
    """Write the .mo of every language whose .po is newer or different; returns those written.

    Needs no Django settings, so a launcher may call it before anything else runs.
    """
    written = []
    for language in LANGUAGES:
        po = po_path(root, language)
        if not po.exists():
            continue
        mo, content = po.with_suffix(".mo"), _mo_bytes(_read(po, language))
        if not mo.exists() or mo.read_bytes() != content:
            mo.write_bytes(content)
            written.append(mo)
    return written


def problems(root: Path) -> Iterator[str]:
    """Yield, in words, everything that keeps a reader from seeing every text in their language."""
    template = _template_of(phrases_under(root))
    for language in LANGUAGES:
        po = po_path(root, language)
        where = po.relative_to(root).as_posix()
        if not po.exists() or po.read_bytes() != _po_bytes(_updated(root, language, template)):
            yield f"{where} does not match the sources: run `manage.py messages --collect`"
        catalogue = _updated(root, language, template)
        for message in catalogue:
            if message.id:
                yield from (f"{where}: {fault}" for fault in _faults(message, language))
        mo = po.with_suffix(".mo")
        if not mo.exists() or not po.exists() or mo.read_bytes() != _mo_bytes(_read(po, language)):
            yield f"{mo.relative_to(root).as_posix()} is stale: run `manage.py messages --compile`"


def _faults(message: Message, language: str) -> Iterator[str]:
    """What is wrong with one translation. An English text may stay empty: then the text itself is shown."""
    text = message.id if isinstance(message.id, str) else message.id[0]
    if not _is_translated(message):
        if language == REQUIRED_LANGUAGE:
            yield f'no translation of "{text}" ({_places(message)})'
        return
    if message.fuzzy:
        yield f'the translation of "{text}" is marked fuzzy: confirm it'
    originals = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    translations = _strings(message)
    allowed = [_placeholders(each) for each in originals]
    for translation in translations:
        if _placeholders(translation) not in allowed:
            yield f'"{translation}" has other placeholders than "{originals[-1]}"'


def _placeholders(text: str) -> tuple[str, ...]:
    """The %(name)s, {name} and %s of a text, sorted; the order of named ones may differ between languages."""
    plain = text.replace("%%", "")
    named = sorted(set(_NAMED.findall(plain)))
    return (*named, *_UNNAMED.findall(_NAMED.sub("", plain)))


def _is_translated(message: Message) -> bool:
    return all(_strings(message))


def _strings(message: Message) -> tuple[str, ...]:
    """The translation in each plural form."""
    return (message.string or "",) if not isinstance(message.string, list | tuple) else tuple(message.string)


def _places(message: Message) -> str:
    return ", ".join(path for path, _line in message.locations[:2])


def _template_of(phrases: Iterable[Phrase]) -> Catalog:
    """All texts without translations, each once, with the files it stands in."""
    template = Catalog(charset="utf-8")
    for phrase in phrases:
        template.add(
            id=(phrase.text, phrase.plural) if phrase.plural else phrase.text,
            locations=[(phrase.path, 0)],
            auto_comments=[phrase.comment] if phrase.comment else (),
            context=phrase.context or None,
        )
    return template


def _updated(root: Path, language: str, template: Catalog) -> Catalog:
    """The language's catalogue with exactly the template's texts and whatever translations it has."""
    path = po_path(root, language)
    catalogue = _read(path, language) if path.exists() else _empty(language)
    for message in list(catalogue.obsolete.values()):  # a text that came back finds its translation again
        catalogue[message.id] = message
    catalogue.obsolete.clear()
    catalogue.update(template, no_fuzzy_matching=True)
    for key, message in list(catalogue.obsolete.items()):
        if not _is_translated(message):
            del catalogue.obsolete[key]
    catalogue.creation_date = catalogue.revision_date = _BEGINNING
    catalogue.header_comment = _HEADER.format(language={"id": "Bahasa Indonesia", "en": "English"}[language])
    catalogue.fuzzy = False
    return catalogue


def _empty(language: str) -> Catalog:
    """A catalogue with nothing but its header. Babel does not know that Bahasa has no plurals."""
    header = (
        f'msgid ""\nmsgstr ""\n"Project-Id-Version: SmartSeller\\n"\n"Language: {language}\\n"\n'
        f'"Plural-Forms: {_PLURALS[language]}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    )
    return read_po(io.BytesIO(header.encode()), locale=language)


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def _po_bytes(catalogue: Catalog) -> bytes:
    stream = io.BytesIO()
    write_po(stream, catalogue, width=_WIDTH, sort_output=True, include_lineno=False)
    return stream.getvalue()


def _mo_bytes(catalogue: Catalog) -> bytes:
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()
