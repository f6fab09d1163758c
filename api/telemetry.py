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


# A library may tell what it was given (addresses, bodies, jobs) at any level below this one.
_LIBRARIES_LEVEL = logging.WARNING


def configure(level: str = "INFO", *, as_json: bool | None = None) -> None:
    """JSON lines on stderr, or coloured text when a person is watching (`as_json` None: find out).

    What libraries log goes the same way, from warnings on. Tracebacks never show what variables held.
    """
    if as_json is None:
        as_json = not sys.stderr.isatty()
    threshold = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _redact,
    ]
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if as_json
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=shared + last,
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(threshold, _LIBRARIES_LEVEL), force=True)
