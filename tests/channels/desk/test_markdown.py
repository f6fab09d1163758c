"""What people write in Chatwoot's editor, as the shopper's chat shows it."""

import pytest

from channels.desk.markdown import as_shopper_reads


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("**Hola** Rosa", "*Hola* Rosa"),
        ("2 ** 3", "2 ** 3"),
        ("uno\\\ndos\n", "uno\ndos"),
        ("*ya*", "*ya*"),
        (r"2 \* 3 \* 4 \[agotado\] \#7", "2 * 3 * 4 [agotado] #7"),
        (r"\- uno\_dos\_tres, 1\. \~100", "- uno_dos_tres, 1. ~100"),
        (r"**a\*b** \*\*no\*\*", "*a*b* **no**"),
        ("~~$9.990~~ $7.990", "~$9.990~ $7.990"),
        ("<https://x.cl/a_b?c=1>", "https://x.cl/a_b?c=1"),
        ("[https://x.cl](https://x.cl/)", "https://x.cl"),
        ("[ventas@x.cl](mailto:ventas@x.cl)", "ventas@x.cl"),
        ("mira [el martillo](https://x.cl/m_1_2) (azul)", "mira el martillo: https://x.cl/m_1_2 (azul)"),
        (r"C:\datos [1] (2)", r"C:\datos [1] (2)"),
    ],
)
def test_markdown_becomes_what_chats_show(written: str, read: str) -> None:
    assert as_shopper_reads(written) == read


@pytest.mark.parametrize("mark", ["**a ", "__a ", "~~a ", "[a](", "<http://", "\\"])
def test_marks_that_never_end_are_read_at_once(mark: str) -> None:
    """Each tried against all the rest would take minutes."""
    assert as_shopper_reads(mark * 5_000).startswith(mark.strip())
