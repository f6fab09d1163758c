"""What the owner reads about a row that stays out: what was found, and how to put it right."""

from typing import Final

from ingestion.text import clean

_PRICE_HINT = "Escribe un número, por ejemplo 12990."

ROW_MESSAGES: Final[dict[str, str]] = {
    "PRICE_MISSING": f"Falta el precio. {_PRICE_HINT}",
    "PRICE_INVALID": f"No entiendo el precio «{{value}}». {_PRICE_HINT}",
    "PRICE_AMBIGUOUS": "El precio «{value}» puede ser {first} o {second}. Escríbelo sin puntos ni comas: {first}.",
    "PRICE_NOT_POSITIVE": f"El precio «{{value}}» debe ser mayor que cero. {_PRICE_HINT}",
    "PRICE_DECIMALS": "El precio «{value}» tiene decimales y el peso no los usa. Escríbelo entero, como 12990.",
    "PRICE_ON_REQUEST": f"El precio dice «{{value}}» y el vendedor necesita un monto. {_PRICE_HINT}",
    "PRICE_CURRENCY": "El precio «{value}» está en otra moneda. Escríbelo en pesos, por ejemplo 12990.",
    "PRICE_DATE": "El precio dice «{value}», una fecha: tu programa lo cambió solo. Da formato de número a la celda "
    "y escríbelo de nuevo.",
    "PRICE_WITHOUT_TAX": "El precio «{value}» no incluye el IVA. Escribe el precio final que paga tu cliente.",
    "STOCK_INVALID": "No entiendo el stock «{value}». Escribe cuántas unidades quedan, por ejemplo 10.",
    "STOCK_AMBIGUOUS": "El stock «{value}» puede ser {first} o {second}. Escríbelo sin puntos ni comas.",
    "NAME_MISSING": "Falta el nombre del producto.",
    "SKU_TOO_LONG": "El código «{value}» es demasiado largo: el máximo son 64 caracteres.",
    "SKU_DAMAGED": "Excel acortó el código a «{value}». Da formato de texto a la columna y escríbelo completo.",
    "SKU_DUPLICATE": "El código «{value}» ya está en la fila {first}. Usa un código distinto para cada fila.",
    "SKU_TWO_PRICES": "«{value}» está con otro precio en la fila {first}. Deja una sola fila, con el precio que vale.",
    "SKU_TWO_COUNTS": "«{value}» está con otro stock en la fila {first}, y no sé si se suman. Deja una sola fila "
    "o, si son de locales distintos, agrega una columna «Sucursal».",
    "SKU_BROKEN_TWIN": "«{value}» está también en la fila {first}, que tiene un error. Corrígela y entran juntas.",
    "ROW_REPEATED": "«{value}» ya está en la fila {first}. Borra una, o distínguelas con una columna de código (SKU).",
    "CELL_FORMULA": "«{value}» es una fórmula. Escribe el valor que quieres mostrar, sin el signo igual.",
    "CELL_UNCALCULATED": "La celda tiene una fórmula y el archivo no guardó su resultado. Ábrelo en Excel, guárdalo y "
    "súbelo de nuevo, o escribe el valor.",
    "ROW_TOO_SHORT": "La fila está incompleta: le faltan celdas desde «{value}».",
    "ROW_TOO_LONG": "La fila tiene más celdas que títulos. "
    "Si un texto o un precio lleva el separador, enciérralo entre comillas.",
}


def row_message(code: str, value: str = "", first: str = "", second: str = "") -> str:
    return ROW_MESSAGES[code].format(value=_shortened(value), first=first, second=second)


def _shortened(value: str) -> str:
    cleaned = clean(value, 61)
    return cleaned if len(cleaned) <= 60 else cleaned[:57] + "…"
