"""Papers: a Typst template and plain data become a PDF.

What people typed reaches the template as JSON and is set as text; it is never read as markup. A page takes
about 10 ms; the fonts are read once per process.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.http import HttpResponse

FOLDER = Path(settings.BASE_DIR) / "templates" / "pdf"


def render(template: str, content: Mapping[str, Any], *, made_at: datetime | None = None) -> bytes:
    """Set a template of templates/pdf, for example `invoice.typ`.

    content   JSON values; the template finds them as `paper`
    made_at   noted in the file, so that the same paper has the same bytes
    """
    compiled = typst.compile(
        FOLDER / template,
        root=FOLDER,
        font_paths=_fonts(),
        format="pdf",
        sys_inputs={"paper": json.dumps(content)},
        timestamp=made_at.astimezone(UTC).replace(microsecond=0) if made_at else None,
    )
    assert isinstance(compiled, bytes)
    return compiled


def answer(content: bytes, name: str) -> HttpResponse:
    """A PDF that opens in the browser, under a name that says what it is."""
    response = HttpResponse(content, content_type="application/pdf")
    safe = "".join(sign if sign.isalnum() else "-" for sign in name)
    response.headers["Content-Disposition"] = f'inline; filename="{safe}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@cache
def _fonts() -> typst.Fonts:
    """Manrope from its wheel, and whatever the machine has for scripts that Manrope lacks."""
    spec = find_spec("font_manrope")
    folders = [Path(spec.origin).parent / "files"] if spec is not None and spec.origin else []
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=folders)
