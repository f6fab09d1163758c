"""Where a tenant's Odoo is and what opens it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from connectors.http import read_url


@dataclass(frozen=True, slots=True)
class OdooAccess:
    """`login` is needed up to Odoo 18 only. `company_id` and `warehouse_id` None: the ones of the key's user."""

    url: str
    database: str
    key: str = field(repr=False)
    login: str = ""
    company_id: int | None = None
    warehouse_id: int | None = None
    language: str = "es_CL"

    @classmethod
    def read(cls, config: Mapping[str, Any], secrets: Mapping[str, str]) -> "OdooAccess":
        """From a connection as it is stored."""
        return cls(
            url=config["url"],
            database=config.get("database", ""),
            key=secrets.get("key", ""),
            login=config.get("login", ""),
            company_id=config.get("company_id"),
            warehouse_id=config.get("warehouse_id"),
        )

    @property
    def context(self) -> dict[str, Any]:
        """What every call is to know: whose company, whose stock, which language."""
        context: dict[str, Any] = {"lang": self.language}
        if self.company_id is not None:
            context["allowed_company_ids"] = [self.company_id]
        if self.warehouse_id is not None:
            # `warehouse` up to Odoo 16.
            context |= {"warehouse_id": self.warehouse_id, "warehouse": self.warehouse_id}
        return context


def origin_of(url: str) -> str:
    """ "https://tienda.odoo.com/web#home" is copied from the browser; the server is what stands before the path.

    Raises connectors.errors.TargetRefused.
    """
    text = url.strip()
    target = read_url(text if "://" in text else f"https://{text}")
    return str(httpx.URL(scheme=target.scheme, host=target.host, port=target.port)).rstrip("/")
