"""How log lines look: readable in development, one JSON object per line in production; never with secrets."""

import json
import logging
from datetime import UTC, datetime
from typing import Final

from config.watch import redaction

# What every record has; anything else was handed over with `extra`.
_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "store", "work"}


class RedactedLine(logging.Formatter):
    """The line that its format asks for, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        return redaction.text(super().format(record))


class JsonLine(logging.Formatter):
    """One JSON object: when, how bad, for which store and piece of work, what happened, where it broke."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "store": getattr(record, "store", "-"),
            "work": getattr(record, "work", "-"),
            "message": redaction.text(record.getMessage()),
        }
        extra = {key: value for key, value in vars(record).items() if key not in _OWN}
        # Django hands whole requests over, with everything that people sent.
        extra.pop("request", None)
        if extra:
            told["extra"] = redaction.deep({key: _plain(value) for key, value in extra.items()})
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = record.exc_info[0].__name__
            told["trace"] = redaction.text(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | dict | list | tuple | None) else str(value)
