"""Log lines as JSON objects: what happened and where, without personal data.

An exception's message and a formatted text may quote what a customer typed. So an exception is logged as its type and
the lines it passed, and a text of another package only with the part that is written in its source.
"""

import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.json import JsonEncoder, JsonFormatter

OWN_LOGGERS = ("booking", "stores", "notifications")
# Other packages whose formatted texts are only about processes.
PLAIN_LOGGERS = ("granian",)
_DEEPEST = 12


class JsonLine(JsonFormatter):
    """A formatter of one JSON line for a record: at, level, logger, event, then the `extra` of the call."""

    def __init__(self) -> None:
        super().__init__()
        # The formatter's own way makes an encoder for each line.
        self._encode = JsonEncoder(default=self.json_default, ensure_ascii=self.json_ensure_ascii).encode

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one JSON object."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": _event(record),
        }
        own = record.name.partition(".")[0] in OWN_LOGGERS
        if own:
            given = {name: value for name, value in vars(record).items() if name not in self.reserved_attrs}
            line |= {name: value for name, value in given.items() if not name.startswith("_")}
        if record.exc_info and record.exc_info[1] is not None:
            line |= exception_fields(record.exc_info[1])
        if not own:
            line["source"] = f"{record.filename}:{record.lineno}"
        return self._encode(line)


def exception_fields(error: BaseException) -> dict[str, Any]:
    """Return what may be logged about an exception: its type, its causes, and the lines it passed."""
    fields: dict[str, Any] = {"exception": _type_name(error), "stack": _stack(error)}
    causes: list[dict[str, Any]] = []
    inner = error.__cause__ or error.__context__
    while inner is not None and len(causes) < _DEEPEST:
        causes.append({"exception": _type_name(inner), "stack": _stack(inner)})
        inner = inner.__cause__ or inner.__context__
    if causes:
        fields["causes"] = causes
    return fields


def _event(record: logging.LogRecord) -> str:
    root = record.name.partition(".")[0]
    if root in OWN_LOGGERS or root in PLAIN_LOGGERS:
        return record.getMessage()
    # With arguments, the message is a text of the package's source; without, it may contain values already.
    return str(record.msg) if record.args else record.funcName or "log"


def _type_name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _stack(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames[-_DEEPEST:]]


def _short(path: str) -> str:
    """Return the path of a source file from its package on, without the folders of this machine."""
    for mark in ("/site-packages/", "/lib/python3"):
        _, found, rest = path.rpartition(mark)
        if found:
            return rest.partition("/")[2] if mark == "/lib/python3" else rest
    return "/".join(path.split("/")[-3:])
