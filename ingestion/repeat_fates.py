"""Tells each row of a repeated code its fate, all rows at once."""

import numpy as np
import pandas as pd

from ingestion.numbers import HIGHEST
from ingestion.repeats import UNCOUNTED, Fate


def settled(frame: pd.DataFrame) -> pd.DataFrame:
    """`fate`, `is_first`, `other`, `units` and `is_variant` of each row of the frame."""
    is_variant = _are_variants(frame)
    frame = frame.drop(columns=["own", "name", "choice", "is_taken"])
    if is_variant.any():
        frame["code"] = frame["code"].mask(is_variant, frame["code"] ^ frame["thing"])
    # Codes as they come are numbered 0, 1, 2: the first row of each is where its number first stands.
    frame["code"] = pd.factorize(frame["code"])[0]
    firsts = frame.loc[~frame["code"].duplicated(), ["thing", "price", "units", "row"]]
    first = firsts.iloc[frame["code"]].set_index(frame.index)
    found = pd.DataFrame(
        {
            "fate": int(Fate.OTHER),
            "is_first": ~frame["code"].duplicated(),
            "other": first["row"],
            "units": frame["units"],
            "is_variant": is_variant,
        }
    )
    kin = frame[frame["thing"] == first["thing"]]
    code = kin["code"]
    whole = kin[kin["is_broken"] == 0]
    is_again = whole.duplicated(["code", "place", "units"])
    distinct = whole[~is_again]
    total = distinct.groupby("code")["units"].sum().clip(upper=HIGHEST)
    total[total.index.isin(distinct.loc[distinct["units"] == UNCOUNTED, "code"])] = UNCOUNTED

    fate = pd.Series(int(Fate.ADDED), index=kin.index)
    fate[is_again[is_again].index] = int(Fate.SAME)
    fate[found["is_first"].loc[kin.index]] = int(Fate.HAS_ALL)
    asked = {
        Fate.TWO_COUNTS: distinct.loc[distinct.duplicated(["code", "place"]), "code"],
        Fate.TWO_PRICES: _codes_of_several(whole, "price"),
        Fate.BROKEN_TWIN: kin.loc[kin["is_broken"] == 1, "code"],
    }
    for reason, codes in asked.items():
        fate[code.isin(codes)] = int(reason)
    # A row with an error of its own is told about that one.
    fate[kin["is_broken"] == 1] = int(Fate.HAS_ALL)
    found.loc[kin.index, "fate"] = fate
    found.loc[kin.index, "units"] = code.map(total).fillna(0).astype(np.int64)
    found["other"] = found["other"].mask(found["is_first"], _against_first(kin, first))
    return found


def _are_variants(frame: pd.DataFrame) -> "pd.Series[bool]":
    """Whether all rows of a code have one name and differ in nothing but what people choose by."""
    if not frame["choice"].any():
        return pd.Series(data=False, index=frame.index)
    by_code = frame.groupby("code", sort=False)
    kinds = by_code[["name", "thing", "choice"]].transform("nunique")
    is_free = ~frame["is_taken"] & (frame.groupby("own")["thing"].transform("nunique") == 1)
    can_be = ((frame["choice"] != 0) & is_free).groupby(frame["code"]).transform("all")
    return (kinds["name"] == 1) & (kinds["choice"] > 1) & (kinds["choice"] == kinds["thing"]) & can_be


def _codes_of_several(rows: pd.DataFrame, column: str) -> "pd.Series[int]":
    return rows.loc[~rows.duplicated(["code", column]), "code"].loc[lambda codes: codes.duplicated()]


def _against_first(kin: pd.DataFrame, first: pd.DataFrame) -> "pd.Series[int]":
    """For the first of each code, the number of the next of its rows that it is not like; else of the next."""
    own = first.loc[kin.index]
    unlike = (kin["price"] != own["price"]) | (kin["is_broken"] == 1) | (kin["units"] != own["units"])
    others = kin[kin["code"].duplicated()].assign(is_like=~unlike).sort_values("is_like", kind="stable")
    numbers = others.drop_duplicates("code").set_index("code")["row"]
    return kin["code"].map(numbers).fillna(0).astype(np.int64)
