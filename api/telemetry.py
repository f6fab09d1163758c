"""What the service says about itself: structured lines, never a body, a phone number or a secret."""

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

_HIDDEN = "•••"
# Last line of defence: nothing that carries these names is written, wherever it came from.
_NEVER_WRITTEN = frozenset(
    {
        "authorization",
        "body",
        "password",
        "token",
        "access_token",
        "auth_token",
        "secret",
        "secrets",
        "text",
        "address",
        "phone",
        "email",
    }
)


def _redact(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    for key in _NEVER_WRITTEN & event.keys():
        event[key] = _HIDDEN
    return event


def configure(level: str = "INFO", *, as_json: bool | None = None) -> None:
    """JSON lines on stderr, or coloured text when a person is watching (`as_json` None: find out)."""
    if as_json is None:
        as_json = not sys.stderr.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _redact,
    ]
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if as_json
        else [structlog.dev.ConsoleRenderer()]
    )
    structlog.configure(
        processors=shared + last,
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
