"""Every component documents its arguments and renders from them alone, in both languages."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from config import gallery, gallery_samples

FOLDER = Path(settings.BASE_DIR) / "templates" / "components"
COMPONENTS = sorted(str(path.relative_to(FOLDER).with_suffix("")) for path in FOLDER.rglob("[!_]*.html"))
HEAD = re.compile(r"^(\{% load [^%]+%\})?\{% comment %\}\n(?P<says>.+?)\{% endcomment %\}", re.DOTALL)
INLINE = re.compile(r"\s(on[a-z]+|style)=|<script(?![^>]*(src=|type=\"application/))|<style", re.IGNORECASE)
PAGES = [path for path in sorted(FOLDER.parent.rglob("*.html")) if "email" not in path.as_posix()]
ICON = re.compile(r'\{% icon "([a-z0-9-]+)"')


@pytest.mark.parametrize("name", COMPONENTS)
def test_has_a_head_comment_with_an_example(name: str) -> None:
    head = HEAD.match((FOLDER / f"{name}.html").read_text())

    assert head, f"{name}.html does not start with a comment that lists its arguments"
    assert f'{{% include "components/{name}.html"' in head["says"]
    assert " only %}" in head["says"]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", COMPONENTS)
def test_renders_from_its_arguments_alone(name: str, language: str) -> None:
    arguments = gallery_samples.samples()[name]

    with translation.override(language):
        drawn = [render_to_string(f"components/{name}.html", one).strip() for one in arguments]

    assert all(drawn)
    assert not any("{{" in html or "{%" in html for html in drawn)


def test_shows_nothing_that_is_not_there() -> None:
    assert set(gallery_samples.samples()) == set(COMPONENTS)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_needs_no_inline_script_or_style(path: Path) -> None:
    assert not INLINE.search(path.read_text())


@pytest.mark.parametrize(
    "query", ["", "?preset=pasar", "?preset=galeri", "?preset=bersih", "?preset=unknown"]
)
def test_the_gallery_opens(query: str, rf: RequestFactory) -> None:
    answer = gallery.gallery(rf.get(f"/_gallery/{query}"))

    assert answer.status_code == 200
    assert b'id="main"' in answer.content


def test_every_icon_is_built() -> None:
    templates = Path(settings.BASE_DIR, "templates").rglob("*.html")
    wanted = {name for path in templates for name in ICON.findall(path.read_text())}
    built = {path.stem for path in (Path(settings.BUILD_DIR) / "icons").glob("*.svg")}

    assert wanted <= built
