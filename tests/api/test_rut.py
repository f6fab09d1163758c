"""RUTs as people write them, and what is said of a bad one."""

import pytest

from api.rut import BadRut, canonical_rut


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("76543210-3", "76543210-3"),
        ("76.543.210-3", "76543210-3"),
        (" 76 543 210 - 3 ", "76543210-3"),
        ("765432103", "76543210-3"),
        ("76.543.210\u20133", "76543210-3"),
        ("12.345.678-5", "12345678-5"),
        ("1.000.005-k", "1000005-K"),
        ("010000013-k", "10000013-K"),
        ("CL76543210-3", "76543210-3"),
    ],
)
def test_a_rut_is_kept_in_one_way(written: str, canonical: str) -> None:
    assert canonical_rut(written) == canonical


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "dígito verificador"),
        ("76543210-4", "no corresponde"),
        ("12345678-9", "no corresponde"),
        ("76543210-K", "no corresponde"),
        ("7654321O-3", "solo números"),
        ("76543210-X", "solo números"),
        ("K", "solo números"),
        ("3", "solo números"),
        ("123-4", "entre"),
        ("123456789012-3", "entre"),
        ("\u0667\u0666\u0665\u0664\u0663\u0662\u0661\u0660-\u0663", "solo números"),
        ("'; DROP TABLE tenants; --", "solo números"),
        ("\x00", "solo números"),
    ],
)
def test_what_is_wrong_with_a_rut_is_said(written: str, reason: str) -> None:
    with pytest.raises(BadRut, match=reason):
        canonical_rut(written)
