"""Every component documents its arguments and renders from them alone, in both languages."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from config import gallery_samples

FOLDER = Path(settings.BASE_DIR) / "templates" / "components"
COMPONENTS = sorted(path.stem for path in FOLDER.glob("[!_]*.html"))
HEAD = re.compile(r"^(\{% load [^%]+%\})?\{% comment %\}\n(?P<says>.+?)\{% endcomment %\}", re.DOTALL)
INLINE = re.compile(r"\s(on[a-z]+|style)=|<script(?![^>]*(src=|type=\"application/))|<style", re.IGNORECASE)
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


@pytest.mark.parametrize(
    "path", sorted(Path(settings.BASE_DIR, "templates").rglob("*.html")), ids=lambda path: path.name
)
def test_no_template_needs_inline_script_or_style(path: Path) -> None:
    if path.is_relative_to(Path(settings.BASE_DIR, "templates", "email")) or "email" in path.name:
        pytest.skip("mail programs read inline styles only")

    assert not INLINE.search(path.read_text())


def test_every_icon_is_built() -> None:
    templates = Path(settings.BASE_DIR, "templates").rglob("*.html")
    wanted = {name for path in templates for name in ICON.findall(path.read_text())}
    built = {path.stem for path in (Path(settings.BUILD_DIR) / "icons").glob("*.svg")}

    assert wanted <= built
