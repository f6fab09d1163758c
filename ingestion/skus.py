"""Makes the codes a list lacks: a SKU for a row without one, a key for variants of one product."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256

from ingestion.text import folded, unaccented

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


def product_keys(rows: Sequence[tuple[str, str, str | None, dict[str, str]]]) -> list[str]:
    """One key per (sku, name, brand, options): shared by rows of one name and brand that differ in their options."""
    groups: dict[str, list[int]] = defaultdict(list)
    for position, (_, name, brand, _) in enumerate(rows):
        groups[unaccented(f"{name}|{brand or ''}")].append(position)
    keys = [sku for sku, *_ in rows]
    for key, positions in groups.items():
        choices = {tuple(sorted((n, unaccented(v)) for n, v in rows[position][3].items())) for position in positions}
        if len(positions) > 1 and len(choices) == len(positions):
            for position in positions:
                keys[position] = f"={key}"
    return keys
