"""Logs: one JSON object a line on standard output, without names, phones, addresses, texts or tokens."""

import logging
import traceback
from types import TracebackType

from pythonjsonlogger.json import JsonFormatter

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class JsonLine(JsonFormatter):
    """Formats a record as one line; of an exception it tells the type and where, never what it held."""

    def __init__(self) -> None:
        super().__init__(
            "{levelname}{name}{message}",
            style="{",
            rename_fields={"levelname": "level", "name": "logger", "message": "event"},
            timestamp="at",
            json_ensure_ascii=False,
        )

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 -- the name the logging module calls
        kind, _, trace = ei
        frames = traceback.extract_tb(trace)
        where = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
        return f"{kind.__name__ if kind else ''} at {where}"

    def format(self, record: logging.LogRecord) -> str:
        # A message's arguments may be anything a library chose to log: only its own loggers' are ours to vouch for.
        if record.args and not record.name.startswith(("booking", "stores", "notifications")):
            record = logging.makeLogRecord({**record.__dict__, "args": None})
        return super().format(record)
