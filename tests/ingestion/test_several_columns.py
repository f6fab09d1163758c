"""Fields that a file spreads over several columns or rows: images, units of each branch, words."""

from pathlib import Path

import pytest

from data.states import ImportMode
from ingestion.bad_rows import write_bad_rows
from ingestion.staging import MOST_ERRORS_KEPT
from ingestion.stream import open_rows
from tests.ingestion.sheets import text_file
from tests.ingestion.shop import Shop

A, B, C = "https://a.cl/1.jpg", "https://a.cl/w_1,h_2/2.jpg", "https://a.cl/3.jpg"


def images_of(folder: Path, text: str) -> list[tuple[str, ...]]:
    with open_rows(text_file(folder, text), "lista.csv") as file:
        found = [row for batch in file for row in batch.rows]
    return [tuple(filter(None, (row.image_url, *row.more_images))) for row in found]


@pytest.mark.parametrize("between", [" ", ", ", ",", " | ", "|", "\n", ";"])
def test_a_cell_may_hold_several_links(tmp_path: Path, between: str) -> None:
    text = f'Nombre\tPrecio\tImagen\nMartillo\t990\t"{between.join([A, B, C, A])}"\n'
    assert images_of(tmp_path, text) == [(A, B, C)]


@pytest.mark.parametrize(
    "titles",
    ["Imagen 1;Imagen 2;Imagen 3", "imagen;imagen2;imagen3", "Foto;Fotos adicionales;Galería", "Image;Image 2;Image 3"],
)
def test_images_may_stand_in_several_columns(tmp_path: Path, titles: str) -> None:
    text = f"Nombre;Precio;{titles}\nMartillo;990;{A};{C};no hay\nClavo;50;;;{C}\n"
    assert images_of(tmp_path, text) == [(A, C), (C,)]


def test_rows_of_mere_images_in_an_export_of_shopify_are_of_their_product(tmp_path: Path) -> None:
    text = (
        "Handle,Title,Variant SKU,Variant Price,Option1 Name,Option1 Value,Tags,Image Src,Variant Image\n"
        f'polera,Polera,P-S,6990,Size,S,"verano, playa",{A},{C}\npolera,,P-M,6990,,M,,,\npolera,,,,,,,"{B}",\n'
        f"taza,Taza,T,3990,Title,Default Title,,,\ntaza,,,,,,,{C},\n"
    )
    assert images_of(tmp_path, text) == [(A, B, C), (), (C,)]
    with open_rows(tmp_path / "lista.csv", "lista.csv") as file:
        assert [row.tags for batch in file for row in batch.rows] == [("verano", "playa"), ("verano", "playa"), ()]


async def test_images_and_tags_are_kept_and_known_again(shop: Shop) -> None:
    sheet = f"SKU;Nombre;Precio;Talla;Tags;Sinónimos;Imágenes\nP-S;Polera;990;S;verano, playa;remera;{A}\n"
    sheet += f"P-M;Polera;990;M;;polo;{A} {C}\n"
    assert (await shop.upload(sheet)).errors == []
    async with shop.database.transaction(shop.tenant_id) as tx:
        (item, *_) = (await tx.catalogue.by_skus(["P-S"])).values()
        product = await tx.edits.product(item.product_id)
    assert (product.image_url, product.more_images) == (A, [C])
    assert (product.tags, product.synonyms) == (["verano", "playa"], ["remera", "polo"])
    again = await shop.upload(sheet)
    assert (again.unchanged, again.updated) == (2, 0)
    without = "SKU;Nombre;Precio;Talla\nP-S;Polera;990;S\nP-M;Polera;990;M\n"
    assert (await shop.upload(without, ImportMode.UPDATE)).unchanged == 2


@pytest.mark.parametrize(
    ("titles", "cells", "stock"),
    [
        ("Stock Sucursal A;Stock Bodega", ("3;4", ";2"), (7, 2)),
        ("Stock Maipú;Stock Providencia;Stock Web", ("3;4;5", "0;0;"), (12, 0)),
        ("Bodega Central;Sucursal Ñuñoa", ("3;4", "1;si"), (7, None)),
        ("Stock Sucursal A;Stock Bodega;Stock Total", ("3;4;6", "1;1;2"), (6, 2)),
        ("Stock;Stock Bodega", ("9;4", "1;1"), (9, 1)),
        ("Stock Local;Stock mínimo;Stock Bodega", ("3;100;1", "1;100;1"), (4, 2)),
    ],
)
def test_units_of_each_branch_are_added_up(
    tmp_path: Path, titles: str, cells: tuple[str, ...], stock: tuple[int | None, ...]
) -> None:
    text = f"SKU;Producto;Precio;{titles}\n" + "".join(f"A{n};Cosa {n};990;{row}\n" for n, row in enumerate(cells))
    with open_rows(text_file(tmp_path, text), "lista.csv") as file:
        assert tuple(row.stock for batch in file for row in batch.rows) == stock
        is_summed = "Total" not in titles and not titles.startswith("Stock;")
        assert any("Sumé como stock" in warning for warning in file.warnings) == is_summed


def test_a_branchs_wrong_cell_is_named_by_its_own_column(tmp_path: Path) -> None:
    text = "SKU;Producto;Precio;Stock A;Stock B\nA1;Cosa;990;1;x\nA2;Otra;990;1;1\n"
    with open_rows(text_file(tmp_path, text), "lista.csv") as file:
        [error] = [error for batch in file for error in batch.errors]
    assert (error.column, error.code) == ("Stock B", "STOCK_INVALID")


async def test_every_error_is_counted_and_every_bad_row_comes_back(shop: Shop, tmp_path: Path) -> None:
    count = MOST_ERRORS_KEPT + 700
    rows = "".join(f"B{n};Cosa {n};gratis;1\n" for n in range(count))
    import_id = await shop.open("SKU;Nombre;Precio;Stock\nA;Martillo;990;1\n" + rows)
    outcome = await shop.imports.run(shop.tenant_id, import_id)
    record = await shop.record(import_id)
    assert (outcome.error_count, len(outcome.errors), record.error_count) == (count, MOST_ERRORS_KEPT, count)
    assert write_bad_rows(shop.imports.path_of(record), "lista.csv", tmp_path / "malas.csv") == count
