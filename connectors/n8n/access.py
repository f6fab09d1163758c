"""Where a tenant's n8n is, and what opens it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from connectors.errors import TargetRefused
from connectors.http import read_url

# What the editor shows in the browser's address bar, and what nobody means.
_PAGES = re.compile(r"/(?:home|workflows?|projects|settings|signin|setup|api/v1|webhook(?:-test)?)(?:/.*)?$")
_PATH = re.compile(r"[A-Za-z0-9._~%:@!$&'()*+,;=-]+(?:/[A-Za-z0-9._~%:@!$&'()*+,;=-]+)*")
_BAD_PATH = "Escribe la dirección del nodo Webhook: la de producción («/webhook/…»), no la de prueba."


@dataclass(frozen=True, slots=True)
class N8nAccess:
    """`key` is of its public API, `header_name` and `header_value` what its webhooks ask for; all may be empty."""

    url: str
    secret: str = field(repr=False)
    key: str = field(default="", repr=False)
    header_name: str = ""
    header_value: str = field(default="", repr=False)

    @classmethod
    def read(cls, config: Mapping[str, Any], secrets: Mapping[str, str]) -> "N8nAccess":
        """From a connection as it is stored."""
        return cls(
            url=config["url"],
            secret=secrets.get("secret", ""),
            key=secrets.get("key", ""),
            header_name=config.get("header_name", ""),
            header_value=secrets.get("header_value", ""),
        )


def base_of(url: str) -> str:
    """Where n8n is installed, of whatever was copied from the browser. Raises TargetRefused."""
    text = url.strip()
    target = read_url(text if "://" in text else f"https://{text}")
    path = _PAGES.sub("", target.path).rstrip("/")
    return str(httpx.URL(scheme=target.scheme, host=target.host, port=target.port, path=path or "/")).rstrip("/")


def webhook_path(written: str, base: str) -> str:
    """ "/webhook/avisos" of a whole URL under the base, of the path, or of its last part. Raises TargetRefused."""
    text = written.strip()
    if "://" in text:
        if not text.startswith(f"{base}/"):
            raise TargetRefused("url", "Esa dirección no es del n8n que conectaste.")
        text = text[len(base) :]
    path = text.strip("/")
    if path.startswith("webhook-test"):
        raise TargetRefused("url", _BAD_PATH)
    if not path.startswith("webhook/"):
        path = f"webhook/{path}"
    if not _PATH.fullmatch(path) or any(
        part in (".", "..") for part in re.split(r"/|%2[fF]", path.replace("%2e", "."))
    ):
        raise TargetRefused("url", _BAD_PATH)
    return f"/{path}"
