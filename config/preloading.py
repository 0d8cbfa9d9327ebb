"""What every process of the product needs, loaded before processes are forked, so that they share it.

A process that loads all of it itself holds some 150 MiB that no other can use: what is only read after the
fork exists once, however many read it.
"""

import gc
from contextlib import suppress
from pathlib import Path
from typing import Final

from babel import localedata
from django.conf import settings
from django.db import connections
from django.template import TemplateSyntaxError, engines
from django.urls import get_resolver
from django.utils import translation

from core.kernel import regions

_URLCONFS: Final = (
    settings.PLATFORM_URLCONF,
    settings.CONSOLE_URLCONF,
    settings.DASHBOARD_URLCONF,
    settings.STOREFRONT_URLCONF,
)


def load() -> None:
    """Load every view, and let the collector of garbage pass by what is there now.

    Looking at a thing writes into it, and memory that is written is shared no more.
    """
    for urlconf in _URLCONFS:
        # Naming any address makes Django read the whole list.
        get_resolver(urlconf).reverse_dict.keys()
    # Nothing that is open may be shared.
    connections.close_all()
    gc.collect()
    gc.freeze()


def load_for_web() -> None:
    """As `load`; and templates, texts and the country's regions, which take the first shopper a second."""
    for language, _name in settings.LANGUAGES:
        localedata.load(language)
        with translation.override(language):
            translation.gettext("")
    regions.warm_up()
    _load_templates()
    load()


def _load_templates() -> None:
    for folder in settings.TEMPLATES[0]["DIRS"]:
        for file in Path(folder).rglob("*.html"):
            # A page that is broken says so when it is asked for; the others are to be served.
            with suppress(TemplateSyntaxError):
                engines["django"].get_template(str(file.relative_to(folder)))
