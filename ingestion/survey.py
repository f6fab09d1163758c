"""Learns in one pass over a file what no single row can tell."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ingestion.identity import Identity, IdentityReader
from ingestion.lines import LineReader
from ingestion.numbers import Column, Separator, proof
from ingestion.text import unaccented


@dataclass(frozen=True, slots=True)
class Survey:
    """`prices` and `stocks` are what those columns prove about their separators. `shared_stock_count` are rows that
    list several variants without units of each.

    The two arrays have an entry per variant, in the order of reading: whether its code occurs more than once, and
    whether it is one of several variants of one product.
    """

    prices: Column
    stocks: Column
    is_repeated: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    is_grouped: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    line_count: int
    shared_stock_count: int

    @classmethod
    def of(cls, reader: LineReader, identities: IdentityReader, currency: str) -> "Survey":
        prices, stocks = set[Separator](), set[Separator]()
        codes, products, choices = array("q"), array("q"), array("q")
        line_count = shared_stock_count = 0
        for line in reader.lines():
            line_count += 1
            prices.update(_proofs(reader.columns.text(line.cells, "price"), currency))
            for _, text in reader.columns.texts(line.cells, "stock"):
                stocks.update(_proofs(text, "CLP"))
            identity = identities.read(line)
            shared_stock_count += identity.is_listed and identity.variants[0].stock is None
            product = hash(product_name(identity))
            for variant in identity.variants:
                codes.append(hash(variant.sku.lower()))
                products.append(product)
                choices.append(hash(frozenset((n, unaccented(v)) for n, v in variant.options.items())))
        frame = pd.DataFrame(
            {"code": np.asarray(codes), "product": np.asarray(products), "choice": np.asarray(choices)}
        )
        return cls(
            Column.proven(prices), Column.proven(stocks),
            frame["code"].duplicated(keep=False).to_numpy(), _grouped(frame), line_count,
            shared_stock_count,
        )  # fmt: skip


def product_name(identity: Identity) -> str:
    """What the variants of one product share, whatever accents and case they are written with."""
    return unaccented(f"{identity.name}|{identity.brand or ''}")


def _proofs(cell: str, currency: str) -> Iterator[Separator]:
    if "," in cell or "." in cell:
        found = proof(cell, currency)
        if found:
            yield found


def _grouped(frame: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Rows of one name and brand are variants of one product when they all differ in their options."""
    distinct = frame.drop_duplicates("code")
    by_product = distinct.groupby("product")["choice"].agg(["size", "nunique"])
    grouped = by_product.index[(by_product["size"] > 1) & (by_product["size"] == by_product["nunique"])]
    return frame["product"].isin(grouped).to_numpy()
