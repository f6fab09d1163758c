"""Which column is which."""

import pytest

from ingestion.errors import SpreadsheetError
from ingestion.mapping import ColumnMapping, map_columns


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
    "synonyms": ["Sinónimos", "Palabras clave", "Tags"],
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
