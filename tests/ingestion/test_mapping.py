"""Which column is which."""

import json

import pytest

from ingestion.errors import SpreadsheetError
from ingestion.mapping import ColumnMapping, fingerprint, map_columns


def mapped(headers: str, *rows: str) -> ColumnMapping:
    names = headers.split(";")
    return map_columns(names, [dict(zip(names, row.split(";"), strict=True)) for row in rows])


FIELD_NAMES = {
    "sku": ["SKU", "Código", "Cod.", "CODIGO", "Cód. Producto", "Código interno", "Referencia", "Internal Reference",
            "ID"],
    "price": [
        "Precio", "PRECIO", "Precio venta", "precio_venta", "PrecioVenta", "P. Unit.", "precio c/iva", "Precio con IVA",
        "Valor", "Valor unitario", "Precio ($)", "Precio CLP", "Precio Unitario", "PVP", "Price", "Sales Price",
        "Preço",
        "Precio público", "Precio Venta (IVA incluido)", "P. Venta", "$", "Precio lista 2025", "Precio c/u",
        "P.Unitario",
    ],
    "stock": [
        "Stock", "Existencias", "Existencia", "Cantidad", "Cant.", "Disponible", "Inventario", "Stock actual",
        "Unidades",
        "Quantity On Hand", "Qty", "Stock (unidades)", "Saldo", "Estoque", "Inventory", "Stock Bodega Central",
    ],
    "barcode": ["Código de barras", "EAN", "EAN13", "Cod. Barra", "Barcode", "GTIN", "UPC"],
    "brand": ["Marca", "MARCA", "Brand", "Fabricante"],
    "category": ["Categoría", "CATEGORIA", "Rubro", "Familia", "Línea", "Category", "Departamento", "Tipo de producto"],
    "description": ["Descripción", "Descripción del producto", "Description", "Características"],
    "unit": ["Unidad", "Unidad de medida", "U.M.", "UdM"],
    "synonyms": ["Sinónimos", "Palabras clave"],
    "tags": ["Tags", "Etiquetas", "Tag"],
    "image_url": ["Imagen", "URL imagen", "Foto", "Image URL"],
}  # fmt: skip
CELLS = {"stock": "5", "price": "990", "image_url": "https://tienda.example/a.jpg"}


@pytest.mark.parametrize(("field", "header"), [(field, name) for field, names in FIELD_NAMES.items() for name in names])
def test_header_is_recognised(field: str, header: str) -> None:
    others = [other for other in ("Nombre", "Precio") if not (field == "price" and other == "Precio")]
    row = ";".join([*["Martillo", "990"][: len(others)], CELLS.get(field, "algo")])
    assert mapped(";".join([*others, header]), row).fields[field] == header


@pytest.mark.parametrize(
    "header",
    [
        "Nombre",
        "Producto",
        "Artículo",
        "NOMBRE DEL PRODUCTO",
        "Name",
        "Title",
        "Detalle",
        "Descripción",
        "Ítem",
        "Nome",
    ],
)
def test_name_is_recognised(header: str) -> None:
    assert mapped(f"{header};Precio", "Martillo;990").fields["name"] == header


def test_description_stays_one_when_there_is_a_name() -> None:
    fields = mapped("Descripción;Producto;Precio", "Con mango;Martillo;990").fields
    assert (fields["name"], fields["description"]) == ("Producto", "Descripción")


def test_an_item_number_is_no_name() -> None:
    assert mapped("Ítem;Descripción;Precio", "1;Martillo;990", "2;Clavo;50").fields["name"] == "Descripción"


@pytest.mark.parametrize(
    ("headers", "price"),
    [
        ("Costo;Precio", "Precio"),
        ("Precio costo;Precio venta", "Precio venta"),
        ("Precio neto;Precio c/IVA", "Precio c/IVA"),
        ("Neto;IVA;Valor", "Valor"),
        ("Precio;Precio oferta", "Precio"),
        ("Precio mayorista;Precio detalle", "Precio detalle"),
        ("Valor compra;Valor venta", "Valor venta"),
        ("Precio sin IVA;Precio con IVA", "Precio con IVA"),
        ("Precio compra;Neto;Precio total;Precio", "Precio"),
        ("Costo;Precio neto", "Precio neto"),
    ],
)
def test_the_price_is_what_the_shopper_pays(headers: str, price: str) -> None:
    row = ";".join(["Martillo"] + ["990"] * len(headers.split(";")))
    found = mapped(f"Nombre;{headers}", row)
    assert found.fields["price"] == price
    assert found.options == {}


def test_a_net_price_alone_is_used_with_a_warning() -> None:
    found = mapped("Nombre;Precio neto", "Martillo;990")
    assert "sin IVA" in found.warnings[0]


def test_costs_margins_and_suppliers_never_reach_a_shopper() -> None:
    found = mapped("Nombre;Precio;Costo;Margen %;Proveedor;Fecha compra;Stock mínimo", "M;990;500;30;Juan;2025;3")
    assert found.options == {}
    assert set(found.ignored) == {"Costo", "Margen %", "Proveedor", "Fecha compra", "Stock mínimo"}
    assert "stock" not in found.fields


def test_options_have_one_name_and_strange_columns_keep_theirs() -> None:
    found = mapped("Nombre;Precio;Talle;COLOR;Tamaño;Año;Tipo de mango", "M;990;S;rojo;chico;2024;goma")
    assert found.options == {
        "Talle": "talla", "COLOR": "color", "Tamaño": "medida", "Año": "año", "Tipo de mango": "tipo de mango",
    }  # fmt: skip


def test_unidad_is_stock_only_when_it_counts() -> None:
    assert mapped("Nombre;Precio;Und", "M;990;12").fields.get("stock") == "Und"
    assert mapped("Nombre;Precio;Und", "M;990;metro").fields.get("unit") == "Und"


def test_a_file_without_price_says_what_it_has() -> None:
    with pytest.raises(SpreadsheetError) as refused:
        mapped("Nombre;Stock", "Martillo;5")
    assert refused.value.code == "NO_PRICE_COLUMN"
    assert refused.value.message == (
        "Encontré las columnas: Nombre, Stock. Falta una columna de precio (por ejemplo «Precio»)."
    )


def test_a_cost_is_no_price() -> None:
    with pytest.raises(SpreadsheetError) as refused:
        mapped("Nombre;Precio costo", "Martillo;500")
    assert refused.value.code == "NO_PRICE_COLUMN"
    assert "«Precio costo» es lo que te cuesta a ti" in refused.value.message


def test_a_file_without_names_is_refused() -> None:
    with pytest.raises(SpreadsheetError) as refused:
        mapped("Código;Precio", "A1;500")
    assert refused.value.code == "NO_NAME_COLUMN"


def test_the_owners_choice_overrides_names_and_contents() -> None:
    headers = ["Nombre", "Precio", "Precio oferta", "Cosa", "Largo"]
    row = dict(zip(headers, ["Martillo", "990", "890", "A1", "30"], strict=True))
    override = {"precio OFERTA": "price", "Cosa": "sku", "Largo": "ignore", "Precio": "option:antes", "Otra": "stock"}
    found = map_columns(headers, [row], override)
    assert found.fields == {"price": "Precio oferta", "sku": "Cosa", "name": "Nombre"}
    assert (found.options, found.ignored, found.warnings) == ({"Precio": "antes"}, ("Largo",), ())


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ({"Nombre": "precio"}, "No sé qué es «precio»"),
        ({"Nombre": "price", "Precio": "price"}, "dos columnas para precio"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(override: dict[str, str], says: str) -> None:
    with pytest.raises(SpreadsheetError) as refused:
        map_columns(["Nombre", "Precio"], [{"Nombre": "Martillo", "Precio": "990"}], override)
    assert refused.value.code == "BAD_MAPPING"
    assert says in refused.value.message


@pytest.mark.parametrize(
    "headers",
    [
        "SKU;Nombre;Precio;Stock;Talla;Cosa rara;Costo",
        "Handle;Title;Option1 Name;Option1 Value;Variant SKU;Variant Price;Status",
        "Modelo;Producto;Precio;36;37;38",
    ],
)
def test_choices_given_again_are_the_same_mapping(headers: str) -> None:
    names = headers.split(";")
    row = {name: "5" if name.isdigit() else "algo 7" for name in names}
    first = map_columns(names, [row])
    again = map_columns(names, [row], json.loads(json.dumps(first.choices())))
    assert again.choices() == first.choices()
    assert set(first.choices()) | set(first.flags.values()) | set(first.named_options.values()) == set(names)


COLUMNS = {
    "price": ["$8.990", "$12.990", "$50"],
    "barcode": ["7804612340010", "7804612340027", "7804612340034"],
    "image_url": ["https://x.example/a.jpg", "https://x.example/b.jpg"],
}


@pytest.mark.parametrize(("field", "cells"), COLUMNS.items())
def test_a_column_is_known_by_what_it_holds(field: str, cells: list[str]) -> None:
    others = {} if field == "price" else {"Precio": "990"}
    rows = [{"Nombre": f"Martillo {n}", **others, "Zzz": cell} for n, cell in enumerate(cells)]
    found = map_columns(list(rows[0]), rows)
    assert found.fields[field] == "Zzz"
    assert "por su contenido" in found.warnings[0]


@pytest.mark.parametrize(
    ("option", "cells"),
    [("talla", ["S", "M", "XL", "S/M/L"]), ("color", ["negro", "azul marino", "verde", "rojo/blanco"])],
)
def test_sizes_and_colours_are_known_by_what_they_are(option: str, cells: list[str]) -> None:
    rows = [{"Nombre": f"Polera {n}", "Precio": "990", "Zzz": cell} for n, cell in enumerate(cells)]
    assert map_columns(list(rows[0]), rows).options == {"Zzz": option}


def test_years_and_row_numbers_are_no_prices() -> None:
    rows = [{"Nombre": f"Taladro {n}", "Columna B": str(2019 + n), "Columna C": str(n + 1)} for n in range(5)]
    with pytest.raises(SpreadsheetError) as refused:
        map_columns(list(rows[0]), rows)
    assert refused.value.code == "NO_PRICE_COLUMN"


def test_a_file_is_known_again_by_its_columns_in_any_order() -> None:
    assert fingerprint(["Código", "PRECIO"]) == fingerprint(["Precio", "codigo"])
    assert fingerprint(["Código", "Precio"]) != fingerprint(["Código", "Nombre"])
