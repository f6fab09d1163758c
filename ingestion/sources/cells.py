"""Turns a workbook's typed values into text, numbers into text whose dot can only be the decimal one."""

from datetime import date, datetime, time

from ingestion.numbers import ExactNumber


def cell_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "Sí" if value else "No"
        case int():
            return ExactNumber(value)
        case float():
            return ExactNumber(_plain_decimal(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
    return str(value)


def _plain_decimal(value: float) -> str:
    """Without exponent and without the noise of binary fractions: 1989.9999999999998 -> 1990."""
    plain = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if plain in {"", "-0"} else plain
