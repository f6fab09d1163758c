"""The customer service window: when a store may write in its own words, and what it may send when it may not."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from channels.adapter import Capabilities
from data.content import MessageContent, Template

SERVICE_WINDOW = timedelta(hours=24)
ANSWER = "answer"
# Refused inside a template's variables, as are blank ones.
_BREAKS = re.compile(r"[\n\r\t]+| {4,}")
_PLACEHOLDER = re.compile(r"\{(name|text|store)\}")


def is_window_open(capabilities: Capabilities, last_inbound_at: datetime | None, now: datetime) -> bool:
    """Whether free text may be sent: always, but where it is allowed for 24 hours after the contact's last message."""
    if not capabilities.has_service_window:
        return True
    return last_inbound_at is not None and now - last_inbound_at < SERVICE_WINDOW


def by_template(content: MessageContent, config: Mapping[str, Any], values: Mapping[str, str]) -> MessageContent | None:
    """The message as a template: its own, or the one its channel has for its purpose; None when there is none.

    A channel keeps them as config["templates"][purpose] = {"name", "language", "variables"}; in variables, {name},
    {text} and {store} are filled from `values`.
    """
    if content.template:
        return replace(content, template=replace(content.template, variables=_cleaned(content.template.variables)))
    found = config.get("templates", {}).get(content.purpose or ANSWER)
    if not isinstance(found, Mapping) or not found.get("name"):
        return None
    filled = tuple(
        _PLACEHOLDER.sub(lambda match: values.get(match[1], ""), str(variable))
        for variable in found.get("variables", ())
    )
    return replace(content, template=Template(str(found["name"]), str(found.get("language", "es")), _cleaned(filled)))


def _cleaned(variables: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(clean_variable(variable) for variable in variables)


def clean_variable(text: str) -> str:
    """In one line: no line breaks, tabs or wide gaps; never blank."""
    return _BREAKS.sub(" ", text).strip() or "-"
