"""What can be wrong with a spreadsheet as a whole, and with one of its rows.

SpreadsheetError    the file cannot become a catalogue; nothing of it is used
RowError            one row stays out, with the reason; the other rows go in
"""

from dataclasses import dataclass


class SpreadsheetError(Exception):
    """The file was refused; `message` tells the owner, in Spanish, what was found and what is needed."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class RowError:
    """`row` and `column` are the file's own; `message` is Spanish and says how to fix the cell.

    `sheet` is the title of the row's sheet, where several are read as one.
    """

    row: int
    column: str
    code: str
    message: str
    sheet: str = ""
