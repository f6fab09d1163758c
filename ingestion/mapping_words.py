"""What the owner reads about the columns of a file: what was found, what is missing, what to check."""

from collections.abc import Mapping, Sequence

from ingestion.column_draft import Draft, Sample, cells_of
from ingestion.column_names import SPANISH, fields_of, first_of, is_cost, is_in_other_money, plain_name
from ingestion.errors import SpreadsheetError
from ingestion.numbers import SCIENTIFIC
from ingestion.price_columns import is_second_price
from ingestion.text import folded


def require(chosen: Mapping[str, str], headers: Sequence[str], currency: str) -> None:
    columns = "Encontré las columnas: " + ", ".join(headers[:20]) + "."
    if "price" not in chosen:
        costs = [header for header in headers if is_cost(plain_name(header))]
        found = f" «{costs[0]}» es lo que te cuesta a ti, no el precio de venta." if costs else ""
        others = [header for header in headers if is_in_other_money(plain_name(header), currency)]
        found += f" «{others[0]}» está en otra moneda." if others else ""
        raise SpreadsheetError(
            "NO_PRICE_COLUMN", f"{columns}{found} Falta una columna de precio (por ejemplo «Precio»)."
        )
    if "name" not in chosen:
        raise SpreadsheetError(
            "NO_NAME_COLUMN", f"{columns} Falta una columna con el nombre del producto (por ejemplo «Nombre»)."
        )


def require_no_tie(draft: Draft, sample_rows: Sample, currency: str) -> None:
    """Several columns of amounts and no title that says which is the price: nobody but the owner knows."""
    price = draft.fields["price"]
    ties = [header for header in draft.free if is_second_price(draft, header, sample_rows, currency)]
    if ties:
        shown = ", ".join(f"«{header}»" for header in [price, *ties][:6])
        raise SpreadsheetError(
            "NO_PRICE_COLUMN",
            f"Encontré las columnas: {', '.join(draft.headers[:20])}. Varias pueden ser el precio: {shown}. "
            "Titula «Precio» la que paga tu cliente.",
        )


def warnings_of(
    draft: Draft, ignored: Sequence[str], sample_rows: Sample, *, is_export: bool, is_overridden: bool
) -> tuple[str, ...]:
    price = draft.fields["price"]
    found = [
        f"«{header}» no tiene un título que conozca: por su contenido la usé como {SPANISH[target]}. Revísala."
        for target, header in draft.guessed.items()
    ]
    if not is_overridden:
        found += [
            f"Usé «{price}» como precio de venta y dejé fuera «{header}»."
            for header in ignored
            if header in draft.rivals or (not is_export and _is_rival(header))
        ]
    beside = {first_of(header) for header in ignored if header != first_of(header)}
    if {draft.fields["price"], draft.fields["name"]} <= beside:
        found.append(
            "Hay otra lista al lado de la primera y la dejé fuera. Pon sus productos debajo, y súbela de nuevo."
        )
    damaged = next(
        (cell for cell in cells_of(draft.fields.get("barcode", ""), sample_rows) if SCIENTIFIC.fullmatch(cell)), ""
    )
    if damaged:
        found.append(
            f"Hay códigos de barras que Excel acortó, como «{damaged}»: quedan fuera. Da formato de texto a la columna "
            "y escríbelos completos."
        )
    branches = [f"«{header}»" for header, name in draft.further.items() if name == "stock"]
    if branches:
        found.append(f"Sumé como stock «{draft.fields['stock']}», {', '.join(branches)}.")
    words = set(folded(price).split())
    if "neto" in words or ({"sin", "s"} & words and "iva" in words):
        found.append(f"«{price}» parece un precio sin IVA: es el que verán tus clientes, tal como está.")
    return tuple(found)


def _is_rival(header: str) -> bool:
    return any(name == "price" for name, _ in fields_of(plain_name(header)))
