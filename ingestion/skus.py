"""Makes the codes a list lacks: a SKU for a row without one, a key for variants of one product."""

import re
from collections.abc import Iterable
from hashlib import sha256

from data.accents import unaccented
from ingestion.text import folded

LONGEST = 64
_UNFAITHFUL = re.compile(r"[^a-z0-9 -]")


def derived_sku(name: str, brand: str | None, options: Iterable[str]) -> str:
    """The same words give the same SKU in every upload, whatever their accents and case; others never share one."""
    words = " ".join(unaccented(" ".join([name, brand or "", *options])).split())
    slug = folded(words).replace(" ", "-")
    # "Codo 1/2" and "Codo 1 2" read alike as a slug, so what the slug cannot show goes into a fingerprint.
    if slug and len(slug) <= LONGEST and not _UNFAITHFUL.search(words):
        return slug
    fingerprint = sha256(words.encode()).hexdigest()[:8]
    return f"{slug[: LONGEST - 9].rstrip('-')}-{fingerprint}".lstrip("-")


def variant_sku(sku: str, own_values: Iterable[str]) -> str:
    """The code of one of the variants that a row lists, from the row's own: "POL-1" in size S is "POL-1-S"."""
    parts = [sku, *("-".join(value.split()) for value in own_values)]
    code = "-".join(parts)
    if len(code) <= LONGEST or len(sku) > LONGEST:
        return code
    return f"{code[: LONGEST - 9]}-{sha256(code.encode()).hexdigest()[:8]}"
