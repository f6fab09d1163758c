"""Files as owners have them become questions and answers; what cannot be read is refused with what to do."""

from pathlib import Path

import pytest

from ingestion.errors import SpreadsheetError
from ingestion.knowledge.entries import Reading
from ingestion.knowledge.opening import open_entries
from ingestion.knowledge.reading import read_entries
from tests.ingestion.knowledge import files

Pairs = list[tuple[str, str]]


def read(path: Path, name: str = "") -> Reading:
    return read_entries(path, name or path.name)


def pairs(reading: Reading) -> Pairs:
    return [(entry.question, entry.answer) for entry in reading.entries]


def written(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


HOURS = ("¿A qué hora abren?", "De 9 a 18 hrs.")

TABLES = {
    "titles.csv": "Tema,Pregunta,Respuesta\nHorario,¿A qué hora abren?,De 9 a 18 hrs.\n",
    "semicolons.csv": "pregunta;respuesta\n¿A qué hora abren?;De 9 a 18 hrs.\n",
    "english.csv": "Question,Answer\n¿A qué hora abren?,De 9 a 18 hrs.\n",
    "portuguese.csv": "pergunta;resposta\n¿A qué hora abren?;De 9 a 18 hrs.\n",
    "untitled.csv": "¿A qué hora abren?;De 9 a 18 hrs.\n",
    "other_order.csv": "Respuesta,Pregunta\nDe 9 a 18 hrs.,¿A qué hora abren?\n",
    "tabs.tsv": "PREGUNTA FRECUENTE\tRESPUESTA\n¿A qué hora abren?\tDe 9 a 18 hrs.\n",
    "title_above.csv": "Preguntas de la tienda,\n,\nConsulta,Respuesta\n¿A qué hora abren?,De 9 a 18 hrs.\n",
    "quoted.csv": '"Pregunta","Respuesta"\n"¿A qué hora abren?","De 9 a 18 hrs."\n',
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_read_by_its_titles_or_without_them(tmp_path: Path, name: str) -> None:
    reading = read(written(tmp_path, name, TABLES[name]))
    assert (pairs(reading), reading.errors) == ([HOURS], [])


def test_windows_text_and_commas_inside_answers_are_kept(tmp_path: Path) -> None:
    text = "Pregunta;Respuesta\n¿Envían a Ñuñoa?;Sí, a Ñuñoa, Providencia y más\n¿Pagos?;Débito, crédito\n"
    reading = read(written(tmp_path, "a.csv", text, "cp1252"))
    assert pairs(reading)[0] == ("¿Envían a Ñuñoa?", "Sí, a Ñuñoa, Providencia y más")


def test_topics_and_other_wordings_come_along(tmp_path: Path) -> None:
    path = files.xlsx(
        tmp_path / "a.xlsx",
        [["Tema", "Pregunta", "Respuesta", "Otras formas de preguntar"],
         ["Horario", "Horario", "9 a 18", "¿a qué hora abren? ¿atienden el sábado?"]],
    )  # fmt: skip
    (entry,) = read(path).entries
    assert (entry.topic, entry.wordings, entry.place) == ("Horario", ("¿a qué hora abren?", "¿atienden el sábado?"), 2)


def test_a_policy_without_a_question_is_asked_by_its_topic(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "a.csv", "tema,respuesta\nDespacho,Solo en Santiago\n"))
    assert pairs(reading) == [("Despacho", "Solo en Santiago")]


def test_errors_name_the_row_and_say_what_to_do(tmp_path: Path) -> None:
    text = "pregunta,respuesta\n¿Abren?,Sí\n¿Cierran?,\n,Algo sin pregunta\nabren,Otra vez\n"
    reading = read(written(tmp_path, "a.csv", text))
    assert pairs(reading) == [("¿Abren?", "Sí")]
    assert [(e.row, e.code) for e in reading.errors] == [
        (3, "ANSWER_MISSING"), (4, "QUESTION_MISSING"), (5, "REPEATED"),
    ]  # fmt: skip
    assert "fila 2" in reading.errors[2].message


MARKDOWN = """# Tienda Lenga

## Despacho
Enviamos a todo Chile.
- Santiago: 2 días
- Regiones: 5 días

## Cambios
### ¿Puedo cambiar la talla?
Sí, dentro de **30 días**.

**¿Tienen Instagram?**
Sí, [@lenga](https://instagram.com/lenga).

P: ¿Dan factura?
R: Sí, electrónica.

1. ¿Tienen estacionamiento? Sí, gratis.
"""


def test_markdown_gives_headings_questions_and_pairs(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "a.md", MARKDOWN))
    assert pairs(reading) == [
        ("Despacho", "Enviamos a todo Chile.\n- Santiago: 2 días\n- Regiones: 5 días"),
        ("¿Puedo cambiar la talla?", "Sí, dentro de 30 días."),
        ("¿Tienen Instagram?", "Sí, @lenga https://instagram.com/lenga."),
        ("¿Dan factura?", "Sí, electrónica."),
        ("¿Tienen estacionamiento?", "Sí, gratis."),
    ]
    assert reading.entries[1].topic == "Cambios"
    assert reading.errors == []


def test_plain_text_of_labels_and_questions_is_read(tmp_path: Path) -> None:
    text = "Horario: lunes a viernes de 9 a 18\nDirección: Los Aromos 321\n\n¿Fían?\nNo trabajamos con fiado.\n"
    reading = read(written(tmp_path, "a.txt", text))
    assert pairs(reading) == [
        ("Horario", "lunes a viernes de 9 a 18"),
        ("Dirección", "Los Aromos 321"),
        ("¿Fían?", "No trabajamos con fiado."),
    ]


def test_text_under_nothing_is_an_error_of_its_line(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "a.md", "Somos una tienda de barrio con mucha historia.\n\n¿Fían?\nNo.\n"))
    assert [(e.row, e.code) for e in reading.errors] == [(1, "NO_QUESTION")]


def test_a_pdf_is_read_page_by_page_and_its_broken_lines_joined(tmp_path: Path) -> None:
    path = files.pdf(
        tmp_path / "a.pdf",
        [["Preguntas frecuentes", "¿Hacen despacho a domicilio en la", "Región Metropolitana?", "Sí, por $3.990 (tres",
          "días hábiles)."], ["P: ¿Dan boleta?", "R: Sí."]],
    )  # fmt: skip
    reading = read(path)
    assert reading.unit == "página"
    assert pairs(reading) == [
        ("¿Hacen despacho a domicilio en la Región Metropolitana?", "Sí, por $3.990 (tres días hábiles)."),
        ("¿Dan boleta?", "Sí."),
    ]
    assert [entry.place for entry in reading.entries] == [1, 2]


def test_a_word_document_gives_headings_bold_lines_and_tables(tmp_path: Path) -> None:
    path = files.docx(
        tmp_path / "a.docx",
        [("Title", "Políticas"), ("Heading 1", "Despacho"), ("Normal", "Solo en Santiago."), ("bold", "¿Fían?"),
         ("Normal", "No.")],
        [("Pregunta", "Respuesta"), ("¿Dan factura?", "Sí.")],
    )  # fmt: skip
    assert pairs(read(path)) == [("Despacho", "Solo en Santiago."), ("¿Fían?", "No."), ("¿Dan factura?", "Sí.")]


def refused(path: Path, name: str = "") -> SpreadsheetError:
    with pytest.raises(SpreadsheetError) as caught:
        open_entries(path, name or path.name)
    return caught.value


def test_what_has_a_password_or_no_text_is_refused_with_what_to_do(tmp_path: Path) -> None:
    locked = refused(files.pdf(tmp_path / "clave.pdf", [["¿Abren?", "Sí."]], password="secreta"))
    scanned = refused(files.pdf(tmp_path / "escaneado.pdf", [[], []]))
    assert (locked.code, scanned.code) == ("PASSWORD_PROTECTED", "NO_TEXT")
    assert "clave.pdf" in locked.message
    assert "Word" in scanned.message


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("vacio.md", b"  \n", "EMPTY_FILE"),
        ("roto.pdf", b"%PDF-1.7\n1 0 obj << /Type /Catalog >>\ntrailer << /Root 9 0 R >>", "DAMAGED"),
        ("foto.pdf", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "IMAGE"),
        ("antiguo.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "OLD_DOCUMENT"),
        ("roto.docx", b"PK\x03\x04word/document.xml", "DAMAGED"),
        ("programa.txt", b"MZ" + b"\0" * 60 + b"PE\0\0", "BINARY"),
        ("nada.md", "# Solo un título\n".encode(), "NO_ENTRIES"),
    ],
)
def test_what_is_no_list_of_questions_is_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    error = refused(path)
    assert error.code == code
    assert name in error.message


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    assert refused(files.docx_bomb(tmp_path / "bomba.docx")).code == "ZIP_BOMB"


def test_entities_of_a_word_document_are_not_expanded(tmp_path: Path) -> None:
    import zipfile

    whole = files.docx(tmp_path / "a.docx", [("Heading 1", "Despacho"), ("Normal", "MARCA")])
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(tmp_path / "b.docx", "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "word/document.xml":
                body = content.decode().split("?>", 1)[1].replace("MARCA", "&l8;")
                content = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ja">{laughs}]>{body}'.encode()
            target.writestr(entry, content)
    try:
        reading = open_entries(tmp_path / "b.docx", "b.docx")
    except SpreadsheetError:
        return
    assert all(len(entry.answer) < 100 for entry in reading.entries)
