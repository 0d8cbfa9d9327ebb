"""What an archive says about itself: `manifest.json`, version 1 of the format.

The format is documented for its readers in README.txt of every archive (`README`).
"""

import json
from dataclasses import asdict, dataclass, field
from typing import IO, Any, Final

from django.utils.translation import gettext as _

from tenants.errors import CommerceError

FORMAT: Final = "smartseller-archive"
VERSION: Final = 1
NAME: Final = "manifest.json"
LARGEST: Final = 50_000_000

README: Final = """\
This is a whole store, written down at one moment.

manifest.json    what is in here: format and version, the store's own facts, the migrations that built its
                 tables (schema), and for each table its file, number of rows, SHA-256 and the sums of its
                 figures; how far each sequence has counted; how many files there are; and what was left out
                 and why
store.json       the store's facts, addresses and team as the platform knows them, for the reader
tables/*.ndjson  one file per table, one row per line, each a JSON object of column -> value, by primary key;
                 times are in UTC, money is in whole minor units (rupiah have none)
media/...        pictures and other files, under the names that the rows give after "@store/"
media.ndjson     each of those files with its size and SHA-256

A text that begins with "@store/" names a file of the store; one that begins so by chance has one @ more.
Passwords and keys that were entrusted to the store are not in here: whoever opens it somewhere else enters
them again. `manage.py import_store` makes a new store of it.

---

Ini seluruh isi toko, dicatat pada satu saat. Lihat manifest.json untuk daftar isinya. Setiap tabel ada di
tables/, satu baris per data; gambar dan berkas lain ada di media/. Kata sandi dan kunci tidak ikut serta.
"""


class NotAnArchive(CommerceError):
    """The file is damaged, of another kind, or of a newer release."""

    code = "not_an_archive"
    http_status = 422

    def __init__(self, why: str) -> None:
        super().__init__(_("This file cannot be used: %(why)s.") % {"why": why})


@dataclass(slots=True)
class TableFacts:
    """One table: its file, and what it must come out as again."""

    file: str
    rows: int
    sha256: str
    columns: list[str]
    sums: dict[str, int]


@dataclass(slots=True)
class Manifest:
    """Everything about an archive or a backup that can be checked without reading its rows."""

    taken_at: str
    store: dict[str, Any]
    # {"digest", "fingerprint", "migrations": {app: [name]}}
    schema: dict[str, Any]
    tables: dict[str, TableFacts] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    media: dict[str, int] = field(default_factory=dict)
    left_out: list[dict[str, str]] = field(default_factory=list)
    # What did not add up already when the rows were written down.
    troubles: list[str] = field(default_factory=list)
    format: str = FORMAT
    version: int = VERSION

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def written(self) -> bytes:
        """The manifest as the file holds it."""
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False).encode()


def read(source: IO[bytes]) -> Manifest:
    """A manifest from its file. Raises NotAnArchive."""
    try:
        told = json.loads(source.read(LARGEST))
        if told.get("format") != FORMAT:
            raise NotAnArchive(_("it is no archive of a store"))
        if told.get("version") != VERSION:
            raise NotAnArchive(_("it is of a version that this release does not know"))
        tables = {name: TableFacts(**facts) for name, facts in told.pop("tables").items()}
        return Manifest(**told, tables=tables)
    except (ValueError, TypeError, KeyError, AttributeError) as broken:
        raise NotAnArchive(_("its list of contents is damaged")) from broken
