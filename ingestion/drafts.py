"""What people write of a product by hand, held to what an import would take of a row."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from data.money import rounded
from ingestion.identity import option_name
from ingestion.messages import row_message
from ingestion.numbers import HIGHEST, SCIENTIFIC
from ingestion.rows import LIST_BREAK, MOST_IMAGES, links_in
from ingestion.skus import LONGEST
from ingestion.text import CELL_FAULTS, clean, clean_lines

MOST_VARIANTS = 250
MOST_OPTIONS = 30
MOST_WORDS = 30
LONGEST_LINK = 1_000
_LONGEST_DESCRIPTION = 5_000
# field -> most characters, as imports cut them.
_LIMITS: Final = {"name": 200, "brand": 100, "category": 100, "sku": LONGEST, "barcode": LONGEST, "unit": 30}
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}", re.IGNORECASE)
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """`stock` None: sold without counting."""

    sku: str
    price: Decimal
    stock: int | None = None
    barcode: str | None = None
    unit: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProductDraft:
    name: str
    variants: tuple[VariantDraft, ...]
    brand: str | None = None
    category: str | None = None
    description: str | None = None
    synonyms: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


class DraftRefused(Exception):
    """`faults` are (field, Spanish sentence)."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def checked(draft: ProductDraft, currency: str, known_images: Iterable[str] = ()) -> ProductDraft:
    """The draft as it is stored: single spaces, no invisible characters, options by the names that imports use.

    Nothing is cut and nothing is turned into something else: what does not fit raises DraftRefused, with every fault.
    `known_images` came with an import, which takes links that are not https too.
    """
    check = _Check()
    product = ProductDraft(
        name=check.named("name", draft.name),
        brand=check.text("brand", draft.brand),
        category=check.text("category", draft.category),
        description=check.description(draft.description),
        synonyms=check.words("synonyms", draft.synonyms),
        tags=check.words("tags", draft.tags),
        images=check.images(draft.images, frozenset(known_images)),
        variants=tuple(check.variant(f"variants.{at}", variant, currency) for at, variant in enumerate(draft.variants)),
    )
    if not 1 <= len(draft.variants) <= MOST_VARIANTS:
        check.fault("variants", f"Un producto tiene entre 1 y {MOST_VARIANTS} variantes; con una basta.")
    seen: set[str] = set()
    for at, variant in enumerate(product.variants):
        if variant.sku and variant.sku.lower() in seen:
            check.fault(
                f"variants.{at}.sku", f"El código «{variant.sku}» se repite. Usa uno distinto en cada variante."
            )
        seen.add(variant.sku.lower())
    if check.faults:
        raise DraftRefused(check.faults)
    return product


class _Check:
    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []

    def fault(self, path: str, message: str) -> None:
        self.faults.append((path, message))

    def text(self, path: str, text: str | None, limit: int = 0) -> str | None:
        limit = limit or _LIMITS[path.rpartition(".")[2]]
        cleaned = clean(text or "", len(text or "") + 1)
        if len(cleaned) > limit:
            self.fault(path, f"Es demasiado largo: máximo {limit} caracteres.")
        elif cleaned.upper() in CELL_FAULTS:
            self.fault(path, f"«{cleaned}» es lo que deja una planilla cuando una fórmula falla.")
        return cleaned or None

    def named(self, path: str, text: str) -> str:
        found = self.text(path, text) or ""
        if not any(map(str.isalnum, found)):
            self.fault(path, row_message("NAME_MISSING"))
        return found

    def description(self, text: str | None) -> str | None:
        found = clean_lines(text or "", len(text or "") + 1)
        if len(found) > _LONGEST_DESCRIPTION:
            self.fault("description", f"Es demasiado larga: máximo {_LONGEST_DESCRIPTION} caracteres.")
        return found or None

    def words(self, path: str, words: Iterable[str]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for at, word in enumerate(words):
            own = self.text(f"{path}.{at}", word, 60)
            if own is None:
                self.fault(f"{path}.{at}", "Está vacío. Bórralo o escribe una palabra.")
            elif LIST_BREAK.search(f" {own} "):  # beside its neighbours
                self.fault(f"{path}.{at}", "Escribe cada uno aparte, sin comas, punto y coma ni barras.")
            else:
                found[own] = None
        if len(found) > MOST_WORDS:
            self.fault(path, f"Son demasiados: máximo {MOST_WORDS}.")
        return tuple(found)

    def images(self, links: Iterable[str], known: frozenset[str]) -> tuple[str, ...]:
        found = dict.fromkeys(link.strip() for link in links)
        if len(found) > MOST_IMAGES:
            self.fault("images", f"Son demasiadas: máximo {MOST_IMAGES} imágenes.")
        for at, link in enumerate(found):
            if link not in known and (wrong := _wrong_link(link)):
                self.fault(f"images.{at}", wrong)
        return tuple(found)

    def variant(self, path: str, variant: VariantDraft, currency: str) -> VariantDraft:
        sku = self.text(f"{path}.sku", variant.sku) or ""
        barcode = self.text(f"{path}.barcode", variant.barcode)
        if not sku:
            self.fault(f"{path}.sku", "Falta el código (SKU). Escribe uno que no uses en otro producto.")
        for name, code in (("sku", sku), ("barcode", barcode or "")):
            if SCIENTIFIC.fullmatch(code):
                self.fault(f"{path}.{name}", f"Parece un código que Excel acortó: «{code}». Escríbelo completo.")
        if wrong := _wrong_price(variant.price, currency):
            self.fault(f"{path}.price", wrong)
        if variant.stock is not None and not 0 <= variant.stock <= HIGHEST:
            self.fault(f"{path}.stock", "Escribe cuántas unidades quedan: 0 o más, o null si no las cuentas.")
        return VariantDraft(
            sku=sku,
            price=variant.price,
            stock=variant.stock,
            barcode=barcode,
            unit=self.text(f"{path}.unit", variant.unit),
            options=self._options(f"{path}.options", variant.options),
        )

    def _options(self, path: str, options: Mapping[str, str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for given, value in options.items():
            own, name = f"{path}.{given[:60]}", option_name(given)
            if not name or len(given) > 60:
                self.fault(own, "El nombre de una opción tiene entre 1 y 60 caracteres, como «talla».")
            elif name in found:
                self.fault(own, f"La opción «{name}» está dos veces.")
            text = self.text(own, value, 100)
            if text is None:
                self.fault(own, "Falta su valor. Bórrala o escribe uno.")
            found[name] = text or ""
        if len(found) > MOST_OPTIONS:
            self.fault(path, f"Son demasiadas: máximo {MOST_OPTIONS} opciones.")
        return found


def _wrong_price(price: Decimal, currency: str) -> str:
    if not price.is_finite() or price <= 0 or price > HIGHEST:
        return "El precio debe ser mayor que cero, por ejemplo 12990."
    if price != rounded(price, currency):
        shown = f"{price:f}"[:30]
        return row_message("PRICE_DECIMALS", shown) if currency == "CLP" else "Tiene demasiados decimales."
    return ""


def _wrong_link(link: str) -> str:
    if len(link) > LONGEST_LINK:
        return f"Es demasiado largo: máximo {LONGEST_LINK} caracteres."
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "No es una dirección válida."
    if parts.scheme.lower() != "https":
        return "Debe empezar con https://"
    is_whole = _SPACE.search(link) is None and link.isprintable() and list(links_in(link)) == [link]
    if not is_whole or parts.username is not None or not _is_public(host):
        return "No es una dirección pública de una imagen, como https://mitienda.cl/foto.jpg"
    return ""


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        ascii_host = _ascii(host)
        return _HOST.fullmatch(ascii_host) is not None and not ascii_host.lower().endswith((".local", ".internal"))


def _ascii(host: str) -> str:

    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return ""
