"""Small PDF, Word and Excel files, made by hand or by the libraries that people's programs stand on."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from docx import Document
from openpyxl import Workbook
from pypdf import PdfReader, PdfWriter


def pdf(path: Path, pages: Sequence[Sequence[str]], password: str | None = None) -> Path:
    """Each page a list of lines, in a font that every reader has."""
    objects: list[bytes] = [b"", b""]
    kids = []
    for lines in pages:
        shown = " T* ".join(f"({_escaped(line)}) Tj" for line in lines)
        content = f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET".encode("cp1252")
        objects.append(b"<< /Length %d >> stream\n%s\nendstream" % (len(content), content))
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Resources << /Font << /F1 << "
            b"/Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> >> >> >>" % len(objects)
        )
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out, places = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, io.SEEK_END)
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    if password is None:
        path.write_bytes(out.getvalue())
        return path
    writer = PdfWriter(clone_from=PdfReader(out))
    writer.encrypt(password, algorithm="AES-256")
    writer.write(path)
    return path


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def docx(path: Path, paragraphs: Sequence[tuple[str, str]], rows: Sequence[tuple[str, str]] = ()) -> Path:
    """(style, text) pairs: "Heading 1", "Normal", "bold"; then a table."""
    document = Document()
    for style, text in paragraphs:
        if style == "bold":
            document.add_paragraph().add_run(text).bold = True
        else:
            document.add_paragraph(text, style=style)
    if rows:
        table = document.add_table(rows=0, cols=2)
        for question, answer in rows:
            cells = table.add_row().cells
            cells[0].text, cells[1].text = question, answer
    document.save(str(path))
    return path


def xlsx(path: Path, rows: Sequence[Sequence[str]], title: str = "Hoja1") -> Path:
    book = Workbook()
    assert book.active is not None
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def docx_bomb(path: Path) -> Path:
    """A word/document.xml that unpacks to a hundred megabytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b" " * 100_000_000)
    return path
