"""What the owner should know about a file before believing what came of it."""

from collections.abc import Iterator

from ingestion.lines import LineReader
from ingestion.mapping import ColumnMapping
from ingestion.repeats import Fate
from ingestion.sources.spreadsheet import Sheet
from ingestion.survey import Survey
from ingestion.text import UNCALCULATED

_MOST_SHOWN = 4


def file_warnings(sheet: Sheet, mapping: ColumnMapping, lines: LineReader, survey: Survey) -> tuple[str, ...]:
    """Spanish; to be asked once the survey has read the whole file."""
    return (*mapping.warnings, *_found(sheet, mapping, lines, survey))


def _found(sheet: Sheet, mapping: ColumnMapping, lines: LineReader, survey: Survey) -> Iterator[str]:
    if sheet.left_out:
        read, left_out = (_listed([f"«{title}»" for title in titles]) for titles in (sheet.titles, sheet.left_out))
        yield f"Leí {read} y dejé fuera {left_out}, que no tiene las mismas columnas."
    formulas = [h for h in sheet.headers if any(row.get(h) == UNCALCULATED for row in sheet.sample)]
    if formulas:
        shown = _listed([f"«{header}»" for header in formulas])
        yield (
            f"Hay fórmulas en {shown} que el archivo trae sin su resultado. Ábrelo en Excel o LibreOffice, guárdalo y "
            "súbelo de nuevo."
        )
    if lines.headings:
        places = _listed([f"«{text}» (fila {row})" for text, row in lines.headings.items()])
        yield f"Tomé como título de sección, no como producto: {places}. Si alguno es un producto, ponle su precio."
    if lines.columns.category_heads:
        yield f"Las filas que dejan en blanco «{mapping.fields['category']}» quedaron en la categoría de más arriba."
    if lines.filled_count:
        rows = "1 fila sin nombre sigue" if lines.filled_count == 1 else f"{lines.filled_count} filas sin nombre siguen"
        yield f"{rows} a la de arriba: las tomé como tallas o colores del mismo producto."
    if lines.unlisted_count:
        rows = "1 fila" if lines.unlisted_count == 1 else f"{lines.unlisted_count} filas"
        yield f"Dejé fuera {rows} de productos inactivos, en borrador, archivados o sin publicar."
    yield from _of_codes(mapping, survey)
    if survey.shared_stock_count and "stock" in mapping.fields:
        rows = "1 fila tiene" if survey.shared_stock_count == 1 else f"{survey.shared_stock_count} filas tienen"
        yield (
            f"{rows} varias tallas o colores con un solo stock: los vendo sin contar unidades. "
            "Para contarlas, deja una fila por talla o color."
        )


def _of_codes(mapping: ColumnMapping, survey: Survey) -> Iterator[str]:
    if survey.codeless_count and "sku" in mapping.fields and mapping.export is None:
        rows = "1 fila no trae" if survey.codeless_count == 1 else f"{survey.codeless_count} filas no traen"
        yield f"{rows} código: la próxima vez conozco esos productos por su nombre. Si lo cambias, entran como nuevos."
    if survey.repeats is None:
        return
    if survey.repeats.variant_count:
        yield (
            f"{survey.repeats.variant_count} filas comparten el código con otra talla, color o medida del mismo "
            "producto: se la agregué al código de cada una."
        )
    added, same = survey.repeats.count(Fate.ADDED), survey.repeats.count(Fate.SAME)
    if added:
        rows = "1 fila suma" if added == 1 else f"{added} filas suman"
        places = _listed([f"«{header}»" for header in mapping.places])
        example = survey.repeats.first_row_of(Fate.ADDED)
        yield (
            f"{rows} sus unidades a otra del mismo producto, que solo se distingue por {places}; la primera, a la fila "
            f"{example}."
        )
    if same:
        rows = "1 fila está repetida" if same == 1 else f"{same} filas están repetidas"
        example = survey.repeats.first_row_of(Fate.SAME)
        yield f"{rows} tal cual y cuentan una sola vez; la primera, como la fila {example}."


def _listed(shown: list[str]) -> str:
    more = f" y {len(shown) - _MOST_SHOWN} más" if len(shown) > _MOST_SHOWN else ""
    return ", ".join(shown[:_MOST_SHOWN]) + more
