"""Triage: every fault of every row with its reason and a proposal; nothing dropped in silence.

Reason codes are Spanish and stable; what a person reads about them is translated. A fault of severity
``"reject"`` means that the row's location cannot be used; ``"warn"`` that it should be looked at;
``"repaired"`` that what was proposed has been done, because it was asked for by its name.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import SchemaError
from sialgeo.files import guarded, whole_file
from sialgeo.i18n import N_, _, ngettext
from sialgeo.precision import least_radius

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

REJECT, WARN, REPAIRED = "reject", "warn", "repaired"
SEVERITIES: Mapping[str, str] = {  # as a person reads them
    REJECT: N_("set aside"),
    WARN: N_("warning"),
    REPAIRED: N_("repaired"),
}
COLUMNS = ("row", "column", "code", "severity", "message", "proposal")


class FaultKind(NamedTuple):
    """What a reason code means: its severity, what is wrong, what to do (English source texts)."""

    severity: str
    message: str
    proposal: str


FAULTS: Mapping[str, FaultKind] = {
    "columnas_de_mas": FaultKind(
        REJECT,
        N_("the row has more cells than the header"),
        N_("put cells that hold the separator between quotation marks"),
    ),
    "coord_vacia": FaultKind(REJECT, N_("no coordinate"), N_("fill in the coordinate")),
    "coord_no_numerica": FaultKind(
        REJECT, N_("the coordinate is not a number"), N_("write the coordinate as a number")
    ),
    "coord_no_finita": FaultKind(
        REJECT, N_("the coordinate is infinite or NaN"), N_("fill in the coordinate")
    ),
    "fuera_de_rango": FaultKind(
        REJECT,
        N_("the coordinate lies outside what its reference system allows"),
        N_("look for a lost decimal mark or a digit too many"),
    ),
    "lat_lon_invertidas": FaultKind(
        REJECT, N_("latitude and longitude are swapped"), N_("swap them")
    ),
    "signo_omitido": FaultKind(
        REJECT, N_("the minus sign of west or south is missing"), N_("add the sign")
    ),
    "fuera_del_pais": FaultKind(
        REJECT,
        N_("the point lies outside the country"),
        N_("compare it with the declared district"),
    ),
    "zona_utm_dudosa": FaultKind(
        REJECT,
        N_("the point lies outside the country and would lie inside it in another UTM zone"),
        N_("read it in the other zone"),
    ),
    "utm_en_columna_lat_lon": FaultKind(
        REJECT, N_("UTM metres in a column of degrees"), N_("convert them to degrees")
    ),
    "grados_en_columna_utm": FaultKind(
        REJECT, N_("degrees in a column of metres"), N_("convert them to metres")
    ),
    "cero_cero": FaultKind(
        REJECT, N_("the coordinate is (0, 0): no position was taken"), N_("fill in the coordinate")
    ),
    "geometria_no_punto": FaultKind(
        REJECT, N_("the geometry is not one point"), N_("draw a point")
    ),
    "en_el_mar": FaultKind(
        WARN,
        N_("the point lies in the sea, or on an island too small for the outlines"),
        N_("look for a swapped digit, or for a position taken at another place"),
    ),
    "en_el_agua": FaultKind(
        WARN,
        N_("the point lies in a lake, a reservoir or a river"),
        N_("take the position again, unless the unit stands on the shore or on the water"),
    ),
    "lejos_del_distrito": FaultKind(
        WARN,
        N_("the point lies far from the district that its row declares"),
        N_("compare the position with the declared district: one of them is wrong"),
    ),
    "fuera_del_area": FaultKind(
        WARN,
        N_("the point lies outside the study area"),
        N_("leave it out, or widen the study area"),
    ),
    "centroide": FaultKind(
        WARN,
        N_("the point is the centre of a district or of a place, not a position of its own"),
        N_("use a radius of at least twice the precision, or take the position again"),
    ),
    "valor_imposible": FaultKind(
        WARN, N_("the value cannot be"), N_("look for a lost decimal mark, a wrong unit or a slip")
    ),
    "codigo_sin_cero": FaultKind(
        WARN,
        N_("the code had lost its leading zero"),
        N_("read the column as text where it is exported"),
    ),
    "duplicado": FaultKind(
        WARN, N_("the row repeats another one exactly"), N_("remove it, if it is the same unit")
    ),
    "posible_duplicado": FaultKind(
        WARN, N_("same name within 100 m"), N_("remove one, if it is the same unit")
    ),
    "coordenadas_repetidas": FaultKind(
        WARN,
        N_("more than three units at exactly this coordinate: perhaps the centre of a place"),
        N_('use a radius of at least twice the precision, or coincident="sites"'),
    ),
    "precision_baja": FaultKind(
        WARN,
        N_("at most two decimals of a degree: about 1 km"),
        N_("use a radius of at least twice that, or take the position again"),
    ),
    "un_solo_punto": FaultKind(
        WARN, N_("one single point: no concentration can be found"), N_("add the other producers")
    ),
}


@dataclass(frozen=True)
class Triage:
    """What a check of producers found.

    Attributes
    ----------
    faults : DataFrame
        One line per fault: ``row`` (row of the file as a spreadsheet counts it, the header
        included; feature number from 1 in a layer; else the table's index), ``column``, ``code``,
        ``severity`` ("reject", "warn" or "repaired"), ``message``, ``proposal``.
    read : int
        Rows read, those set aside included.
    rejected : int
        Rows that cannot be used; ``read - rejected`` are usable.
    originals : DataFrame
        The values of the rows with a fault, as far as they are known, indexed by ``row``.
    precision : array of shape (rows,), optional
        Precision of each position in metres, NaN where nothing tells it.
    points : GeoSeries, optional
        The positions of the rows with a fault, for the layer.
    """

    faults: pd.DataFrame
    read: int
    rejected: int
    originals: pd.DataFrame | None = field(default=None, repr=False)
    precision: Array | None = field(default=None, repr=False)
    points: Any = field(default=None, repr=False)

    @property
    def least_radius(self) -> float | None:
        """Least radius (metres) that the precision of the positions allows: twice that of 19 in 20 rows.

        None where nothing tells the precision.
        """
        return None if self.precision is None else least_radius(self.precision)

    @property
    def usable(self) -> int:
        """Rows that can be used."""
        return self.read - self.rejected

    @property
    def counts(self) -> dict[str, int]:
        """Number of faults by reason code, the commonest first."""
        return {str(code): int(n) for code, n in self.faults["code"].value_counts().items()}

    @property
    def summary(self) -> str:
        """One sentence: how many rows are usable, how many are not, and why."""
        if not len(self.faults):
            return ngettext(
                "{n} row read, no fault found.", "{n} rows read, no fault found.", self.read
            ).format(n=self.read)
        warned = int(self.faults.loc[self.faults["severity"] == WARN, "row"].nunique())
        said: str = _(
            "{read} rows read: {usable} usable, {rejected} set aside{why}, {warned} with a warning{which}."
        ).format(
            read=self.read,
            usable=self.usable,
            rejected=self.rejected,
            why=self._codes(REJECT),
            warned=warned,
            which=self._codes(WARN),
        )
        mended = self._codes(REPAIRED)
        return said + (" " + _("Repaired{which}.").format(which=mended) if mended else "")

    def _codes(self, severity: str) -> str:
        """Return the codes of a severity with their rows, in brackets; nothing where there are none."""
        held = self.faults[self.faults["severity"] == severity].drop_duplicates(["row", "code"])
        counts = held["code"].value_counts()
        return f" ({', '.join(f'{code} {n}' for code, n in counts.items())})" if len(counts) else ""

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the faults with the original values of their rows, whole or not at all.

        Parameters
        ----------
        path
            File to write: ``.csv`` (UTF-8), or ``.gpkg`` for the layer of those that have a position.

        Raises
        ------
        FileError
            The file cannot be written.
        """
        target = Path(path)
        if target.suffix.lower() != ".gpkg":
            return write_faults(target, self.faults, self.originals)
        held = self.layer
        held["row"] = held["row"].astype(str)
        with whole_file(target) as temporary:
            held.to_file(temporary, driver="GPKG", layer="faults", engine="pyogrio", VERSION="1.2")
        return target

    @property
    def layer(self) -> gpd.GeoDataFrame:
        """The faults of rows that have a position, one point each, in the table's CRS."""
        import geopandas as gpd

        if self.points is None:
            raise SchemaError(_("this triage holds no positions. Remedy: check_producers(table)"))
        held = self.faults[self.faults["row"].isin(self.points.index)]
        shapes = self.points.loc[held["row"]].to_numpy()
        return gpd.GeoDataFrame(
            held.reset_index(drop=True), geometry=gpd.GeoSeries(shapes, crs=self.points.crs)
        )


def write_faults(
    path: str | os.PathLike[str], faults: pd.DataFrame, originals: pd.DataFrame | None
) -> Path:
    """Write ``row, reason, severity, explanation, proposal`` and the original values; return the path."""
    target = Path(path)
    names = ["row", "column", "reason", "severity", "explanation", "proposal"]
    values = [] if originals is None else [str(c) for c in originals.columns]
    where: dict[Any, int] = {}
    if originals is not None:
        where = {row: i for i, row in enumerate(originals.index)}
    with (
        whole_file(target) as temporary,
        temporary.open("w", encoding="utf-8-sig", newline="") as out,
    ):
        writer = csv.writer(out)
        writer.writerow([*names, *(guarded(f"{v}_original" if v in names else v) for v in values)])
        for fault in faults[list(COLUMNS)].itertuples(index=False):
            found = where.get(fault.row)
            held = [] if originals is None or found is None else originals.iloc[found].tolist()
            writer.writerow([guarded(cell) for cell in (*fault, *held)])
    return target


# --- faults collected -----------------------------------------------------------------------------
class Findings:
    """Faults by position, gathered by the checks and turned into one table at the end."""

    def __init__(
        self, rows: Sequence[Any] | NDArray[Any], repairs: frozenset[str] = frozenset()
    ) -> None:
        self.rows = np.asarray(rows)
        self.repairs = repairs
        self._found: list[pd.DataFrame] = []
        self.rejected: Mask = np.zeros(len(self.rows), dtype=bool)

    def add(
        self,
        code: str,
        where: Mask,
        column: str,
        *,
        severity: str | None = None,
        proposals: Iterable[str] | None = None,
        message: str | None = None,
    ) -> Mask:
        """Note one fault for every row of a mask that is not rejected yet; return those rows."""
        import pandas as pd

        kind = FAULTS[code]
        severity = severity or kind.severity
        new = where & ~self.rejected
        if not new.any():
            return new
        proposed: Any = _(kind.proposal)
        if proposals is not None:
            kept = new[where]
            proposed = [
                p or _(kind.proposal) for p, keep in zip(proposals, kept, strict=True) if keep
            ]
        entry = {
            "row": self.rows[new],
            "column": column,
            "code": code,
            "severity": severity,
            "message": message or _(kind.message),
            "proposal": proposed,
        }
        self._found.append(pd.DataFrame(entry, columns=list(COLUMNS)))
        if severity == REJECT:
            self.rejected |= new
        return new

    def repair(
        self, code: str, where: Mask, column: str, proposals: Iterable[str] | None = None
    ) -> bool:
        """Note the rows of a mask as repaired, where that repair was asked for; tell whether it was."""
        if code not in self.repairs:
            return False
        self.add(code, where, column, severity=REPAIRED, proposals=proposals)
        return True

    def table(self) -> pd.DataFrame:
        """Return the faults, one line each, in the order of the rows."""
        import pandas as pd

        if not self._found:
            none: pd.DataFrame = pd.DataFrame(columns=list(COLUMNS), dtype=object)
            return none
        order = pd.Series(np.arange(len(self.rows)), index=self.rows)
        table: pd.DataFrame = pd.concat(self._found, ignore_index=True)
        if order.index.is_unique:
            table = table.iloc[np.argsort(order.loc[table["row"]].to_numpy(), kind="stable")]
        done: pd.DataFrame = table.reset_index(drop=True)
        return done
