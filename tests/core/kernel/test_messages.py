"""Translations without gettext: what is found, what is kept, what is complained about."""

import gettext
import io
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from core.kernel import message_files, message_sources
from core.kernel.message_sources import Phrase, UnreadableSource

MODULE = """
from django.utils import translation
from django.utils.translation import gettext as _, gettext_lazy, ngettext as _n, pgettext_lazy

TITLE = gettext_lazy("Order "
                     "placed")
SHORT = pgettext_lazy("noun", "Order")


def greet(name, count, word):
    # Translators: a shopper's first name
    hello = _("Hello %(name)s") % {"name": name}
    direct = translation.gettext("Direct"), _(word), _(f"no {word}")
    return hello, _n("%d product", "%d products", count), direct


def gettext_of_another(text):
    return other.gettext("Not ours")
"""

PAGE = """{% load i18n %}
<h1>{% translate "Products" %}</h1>
    {% translate "Order" context "verb" %}
  <p>{% blocktranslate trimmed count n=n %}
      {{ n }} order of Budi's
    {% plural %}
      {{ n }} orders of Budi's
    {% endblocktranslate %}</p>
<a title='{% translate "50% off" %}'>{{ _("Filter") }}{% if a == "x" %}it's{% endif %}</a>
{# Translators: a button #}
{% translate "Save" %}
{% comment %}{% translate "Never shown" %}{% endcomment %}
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "core" / "migrations").mkdir(parents=True)
    (tmp_path / "templates" / "dashboard").mkdir(parents=True)
    (tmp_path / "core" / "views.py").write_text(MODULE)
    (tmp_path / "core" / "migrations" / "0001_initial.py").write_text(MODULE.replace("Direct", "Migrated"))
    (tmp_path / "templates" / "dashboard" / "page.html").write_text(PAGE)
    return tmp_path


def translate(house: Path, translations: dict[str, str], language: str = "id") -> None:
    """Fill in msgstr as a translator would."""
    path = message_files.po_path(house, language)
    catalogue = read_po(io.BytesIO(path.read_bytes()), locale=language)
    for message in catalogue:
        text = message.id if isinstance(message.id, str) else message.id[0]
        if text in translations:
            message.string = translations[text] if isinstance(message.id, str) else (translations[text],)
    path.write_bytes(message_files._po_bytes(catalogue))


BAHASA = {
    "Order placed": "Pesanan dibuat",
    "Order": "Pesan",
    "Hello %(name)s": "Halo %(name)s",
    "%d product": "%d produk",
    "Direct": "Langsung",
    "Products": "Produk",
    "%(n)s order of Budi's": "%(n)s pesanan Budi",
    "50%% off": "Diskon 50%%",
    "Filter": "Saring",
    "Save": "Simpan",
}


def test_finds_every_text_of_a_module(house: Path) -> None:
    found = list(message_sources.phrases_in_python(house / "core" / "views.py", house))

    where = "core/views.py"
    assert sorted(found, key=lambda phrase: phrase.text) == [
        Phrase("%d product", where, plural="%d products"),
        Phrase("Direct", where),
        Phrase("Hello %(name)s", where, comment="Translators: a shopper's first name"),
        Phrase("Order", where, context="noun"),
        Phrase("Order placed", where),
    ]


def test_finds_every_text_of_a_template(house: Path) -> None:
    found = list(message_sources.phrases_in_template(house / "templates" / "dashboard" / "page.html", house))

    where = "templates/dashboard/page.html"
    assert found == [
        Phrase("Products", where),
        Phrase("Order", where, context="verb"),
        Phrase("%(n)s order of Budi's", where, plural="%(n)s orders of Budi's"),
        Phrase("50%% off", where),
        Phrase("Filter", where),
        Phrase("Save", where, comment="Translators: a button"),
    ]


def test_names_a_file_that_it_cannot_read(house: Path) -> None:
    (house / "core" / "broken.py").write_text("from django.utils import translation\ndef (:")

    with pytest.raises(UnreadableSource, match=r"core/broken\.py, line 2"):
        list(message_sources.phrases_under(house))


def test_collecting_twice_changes_nothing(house: Path) -> None:
    assert message_files.collect(house) == {"id": 11, "en": 11}
    once = {language: message_files.po_path(house, language).read_bytes() for language in ("id", "en")}

    message_files.collect(house)

    for language, content in once.items():
        assert message_files.po_path(house, language).read_bytes() == content
    assert b"Migrated" not in once["id"]
    assert b"Never shown" not in once["id"]


def test_a_text_that_comes_back_finds_its_translation_again(house: Path) -> None:
    message_files.collect(house)
    translate(house, BAHASA)
    page = house / "templates" / "dashboard" / "page.html"
    page.write_text(PAGE.replace("Products", "Goods"))
    assert message_files.collect(house)["id"] == 1

    page.write_text(PAGE)

    assert message_files.collect(house)["id"] == 0
    assert b"Goods" not in message_files.po_path(house, "id").read_bytes()


def test_compiles_what_django_can_read(house: Path) -> None:
    message_files.collect(house)
    translate(house, BAHASA)

    assert [path.parent.parent.name for path in message_files.compile_catalogues(house)] == ["id", "en"]
    assert message_files.compile_catalogues(house) == [], "nothing changed"

    with message_files.po_path(house, "id").with_suffix(".mo").open("rb") as stream:
        bahasa = gettext.GNUTranslations(stream)
    assert bahasa.gettext("Products") == "Produk"
    assert bahasa.ngettext("%d product", "%d products", 5) == "%d produk"
    assert bahasa.pgettext("noun", "Order") == "Pesan"


def test_has_no_complaint_when_all_is_well(house: Path) -> None:
    message_files.collect(house)
    translate(house, BAHASA)
    message_files.compile_catalogues(house)

    assert list(message_files.problems(house)) == []


@pytest.mark.parametrize(
    ("translations", "complaint"),
    [
        ({"Save": ""}, 'no translation of "Save" (templates/dashboard/page.html)'),
        ({"Hello %(name)s": "Halo %(nama)s"}, '"Halo %(nama)s" has other placeholders than "Hello %(name)s"'),
        ({"Hello %(name)s": "Halo"}, '"Halo" has other placeholders than "Hello %(name)s"'),
        ({"%d product": "%s produk"}, '"%s produk" has other placeholders than "%d products"'),
    ],
)
def test_complains_about_a_bad_translation(house: Path, translations: dict[str, str], complaint: str) -> None:
    message_files.collect(house)
    translate(house, BAHASA | translations)
    message_files.compile_catalogues(house)

    assert list(message_files.problems(house)) == [f"templates/locale/id/LC_MESSAGES/django.po: {complaint}"]


def test_complains_about_a_fuzzy_translation(house: Path) -> None:
    message_files.collect(house)
    translate(house, BAHASA)
    path = message_files.po_path(house, "id")
    path.write_text(path.read_text().replace('msgid "Filter"', '#, fuzzy\nmsgid "Filter"'))
    message_files.compile_catalogues(house)

    assert any('"Filter" is marked fuzzy' in each for each in message_files.problems(house))


def test_complains_about_what_was_not_collected_or_compiled(house: Path) -> None:
    message_files.collect(house)
    translate(house, BAHASA)
    message_files.compile_catalogues(house)
    (house / "core" / "new.py").write_text(
        "from django.utils.translation import gettext as _\nWORD = _('Brand new')\n"
    )
    translate(house, {"Save": "Simpanlah"})

    complaints = "\n".join(message_files.problems(house))

    assert "does not match the sources" in complaints
    assert 'no translation of "Brand new"' in complaints
    assert "django.mo is stale" in complaints
