"""What no single cell shows: codes that lead nowhere, circles, ends before beginnings, bare volumes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sialgeo.i18n import _, plain
from sialgeo.tables.cells import Fault, blank
from sialgeo.tables.dates import first_day, last_day
from sialgeo.tables.declared import BY_NAME, FUNCTIONAL, TABLES
from sialgeo.tables.fields import Field, Table

if TYPE_CHECKING:
    import pandas as pd

Frames = Mapping[str, "pd.DataFrame"]
_SPANS = (("fecha_ini", "fecha_fin"), ("desde", "hasta"))
_SHOWN = 6  # units of a circle that are named


def cross_faults(frames: Frames) -> list[Fault]:
    """Return the faults between cells, rows and tables; ``frames`` holds the tables that are given."""
    faults: list[Fault] = []
    for table in TABLES:
        if table.name not in frames:
            continue
        frame = frames[table.name]
        faults += _repeated(frame, table)
        faults += _references(frames, table)
        faults += _spans(frame, table)
        faults += _bare_volumes(frame, table)
    for name, check in _OWN.items():
        if name in frames:
            faults += check(frames[name])
    return faults


def notes_of(frames: Frames) -> list[str]:
    """Return what is no fault and should be known: references not checked, circles of several products."""
    notes = []
    if "membresia_org" in frames and "unidad" not in frames:
        notes.append(_("No table of units was given: members that are units could not be checked."))
    flows = frames.get("flujo")
    if flows is not None:
        edges = _edges(flows, "origen", "destino")
        within = {frozenset(c) for _rows, c in _flow_circles(flows)}
        for _rows, units in _circles(edges):
            if frozenset(units) not in within:
                notes.append(
                    _(
                        "Flows of different products run in a circle ({units}): is a by-product given back?"
                    ).format(units=_path(units))
                )
    return notes


# --- keys and references --------------------------------------------------------------------------
def _repeated(frame: pd.DataFrame, table: Table) -> Iterator[Fault]:
    if not table.key:
        return
    keys = frame[table.key]
    for code, rows in frame[keys.notna() & keys.duplicated(keep=False)].groupby(table.key):
        first, *later = rows.index
        for row in later:
            yield Fault(
                table.name,
                row,
                table.key,
                "codigo_repetido",
                _("the code “{code}” stands already in row {row}").format(code=code, row=first),
                _("give each row a code of its own"),
            )


def _references(frames: Frames, table: Table) -> Iterator[Fault]:
    frame = frames[table.name]
    for declared in table.fields:
        if not declared.refers:
            continue
        for names, rows in _by_target(frame, declared):
            known = _known(frames, names, table)
            if known is None:
                continue
            for row, code in frame.loc[rows, declared.name].items():
                if not blank(code) and code not in known:
                    yield _leads_nowhere(table, declared, row, code, names, known)


def _by_target(frame: pd.DataFrame, declared: Field) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Return the tables that each row's cell may name: a member's kind says which."""
    if len(declared.refers) == 1:
        yield declared.refers, frame.index
        return
    kind = frame["clase_miembro"]
    yield declared.refers, frame.index[kind.isna()]
    for name in declared.refers:
        yield (name,), frame.index[kind == name]


def _known(frames: Frames, names: tuple[str, ...], table: Table) -> set[Any] | None:
    """Return the codes that may be named; None where the table that holds them is not given."""
    if names == ("cadena",):
        if "cadena" in frames:
            return set(frames["cadena"]["cadena"].dropna())
        if "unidad" in frames and table.name != "unidad":
            return set(frames["unidad"]["cadena"].dropna()) or None
        return None
    if any(name not in frames for name in names):
        return None
    return {code for name in names for code in frames[name][BY_NAME[name].key].dropna()}


def _leads_nowhere(
    table: Table, declared: Field, row: Any, code: Any, names: tuple[str, ...], known: set[Any]
) -> Fault:
    near = difflib.get_close_matches(str(code), map(str, known), n=1, cutoff=0.7)
    remedy = _("add it to {tables}, or mend the code").format(tables=" / ".join(names))
    if near:
        remedy = _("perhaps {near}; {remedy}").format(near=near[0], remedy=remedy)
    return Fault(
        table.name,
        row,
        declared.name,
        f"{names[0]}_desconocida" if names[0] in ("cadena", "unidad") else "codigo_desconocido",
        _("“{code}” stands in no row of {tables}").format(code=code, tables=" / ".join(names)),
        remedy,
    )


# --- within a row ---------------------------------------------------------------------------------
def _spans(frame: pd.DataFrame, table: Table) -> Iterator[Fault]:
    for begin, end in _SPANS:
        if begin not in table.columns or end not in table.columns:
            continue
        for row, a, b in zip(frame.index, frame[begin], frame[end], strict=True):
            if not blank(a) and not blank(b) and last_day(b) < first_day(a):
                yield Fault(
                    table.name,
                    row,
                    end,
                    "fin_antes_de_inicio",
                    _("ends ({end}) before it begins ({begin})").format(end=b, begin=a),
                    _("mend one of the two dates"),
                )


def _bare_volumes(frame: pd.DataFrame, table: Table) -> Iterator[Fault]:
    if "volumen" not in table.columns:
        return
    held = frame["volumen"].notna()
    for column, code, message in (
        ("unidad_vol", "volumen_sin_unidad", _("a volume without a unit")),
        ("periodo", "volumen_sin_periodo", _("a volume without a period")),
    ):
        for row in frame.index[held & frame[column].isna()]:
            remedy = _("one of {known}").format(
                known=", ".join(c.code for c in table.field(column).choices)
            )
            yield Fault(table.name, row, column, code, message, remedy)


def _neither(
    frame: pd.DataFrame, table: str, columns: tuple[str, ...], message: str
) -> Iterator[Fault]:
    """Yield a fault for each row where all of these columns are empty."""
    for row in frame.index[frame[list(columns)].isna().all(axis=1)]:
        remedy = _("fill in one of {columns}").format(columns=", ".join(columns))
        yield Fault(table, row, columns[0], "fila_incompleta", message, remedy)


def _actions(frame: pd.DataFrame) -> Iterator[Fault]:
    bare = (frame["clase"] == FUNCTIONAL) & frame["forma"].isna()
    for row in frame.index[bare]:
        yield Fault(
            "accion_colectiva",
            row,
            "forma",
            "accion_sin_forma",
            _("a functional action without its form"),
            _("one of {known}").format(
                known=", ".join(c.code for c in BY_NAME["accion_colectiva"].field("forma").choices)
            ),
        )


def _capabilities(frame: pd.DataFrame) -> Iterator[Fault]:
    yield from _neither(
        frame,
        "capacidad",
        ("unidad", "org", "grupo"),
        _("the row says of nobody whom it describes"),
    )


def _trade(frame: pd.DataFrame) -> Iterator[Fault]:
    yield from _neither(
        frame, "apertura", ("cadena", "producto"), _("neither chain nor product is named")
    )
    yield from _neither(
        frame,
        "apertura",
        ("cambio_precio", "cambio_arancel", "importacion"),
        _("the row says no change"),
    )


def _chains(frame: pd.DataFrame) -> Iterator[Fault]:
    again = frame.duplicated(["cadena", "eslabon"]) & frame[["cadena", "eslabon"]].notna().all(
        axis=1
    )
    for row in frame.index[again]:
        yield Fault(
            "cadena",
            row,
            "eslabon",
            "eslabon_repetido",
            _("the chain has this link already"),
            _("leave one row for each link"),
        )
    for chain, rows in frame.groupby("cadena"):
        if not rows["peso"].fillna(1.0).sum() > 0:
            yield Fault(
                "cadena",
                rows.index[0],
                "peso",
                "pesos_cero",
                _("all links of “{chain}” weigh nothing").format(chain=chain),
                _("give one link a weight above 0"),
            )


def _indicators(frame: pd.DataFrame) -> Iterator[Fault]:
    low, value, high = frame["li"], frame["valor"], frame["ls"]
    for row in frame.index[(low > value) | (value > high) | (low > high)]:
        yield Fault(
            "indicador",
            row,
            "valor",
            "fuera_de_intervalo",
            _("the value lies outside its own interval"),
            _("mend value or bounds"),
        )
    keys = ["codigo", "nombre", "anio"]
    for row in frame.index[frame.duplicated(keys) & frame[keys[:2]].notna().all(axis=1)]:
        yield Fault(
            "indicador",
            row,
            "valor",
            "indicador_repetido",
            _("this territory has this indicator of this year already"),
            _("leave one row for each"),
        )


# --- circles --------------------------------------------------------------------------------------
Edge = tuple[Any, Any, Any]  # row, from, to


def _edges(frame: pd.DataFrame, tail: str, head: str) -> list[Edge]:
    columns = zip(frame.index, frame[tail], frame[head], strict=True)
    return [(row, a, b) for row, a, b in columns if not blank(a) and not blank(b)]


def _circles(edges: Iterable[Edge]) -> Iterator[tuple[list[Any], list[Any]]]:
    """Yield each knot of a directed graph: the rows of its edges, and one circle of its nodes.

    Nodes that reach each other make one strong component (Tarjan 1972).
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    edges = list(edges)
    if not edges:
        return
    nodes = {node: k for k, node in enumerate(dict.fromkeys(n for _r, *ab in edges for n in ab))}
    tails, heads = [nodes[a] for _r, a, _b in edges], [nodes[b] for _r, _a, b in edges]
    graph = coo_matrix(([1] * len(edges), (tails, heads)), shape=(len(nodes), len(nodes)))
    _n, label = connected_components(graph, directed=True, connection="strong")
    knots: dict[int, list[Edge]] = {}
    for edge, a, b in zip(edges, tails, heads, strict=True):
        if label[a] == label[b]:  # an edge within a component closes a circle, as a loop does
            knots.setdefault(int(label[a]), []).append(edge)
    for inside in knots.values():
        yield [row for row, _a, _b in inside], _one_circle(inside)


def _one_circle(edges: list[Edge]) -> list[Any]:
    """Follow edges of a strong component until a node comes again."""
    following = {a: b for _row, a, b in edges}
    path, node = [], edges[0][1]
    while node not in path:
        path.append(node)
        node = following[node]
    return path[path.index(node) :]


def _path(units: list[Any]) -> str:
    shown = [str(u) for u in units[:_SHOWN]] + (["…"] if len(units) > _SHOWN else [])
    return " → ".join([*shown, str(units[0])])


def _flow_circles(frame: pd.DataFrame) -> list[tuple[list[Any], list[Any]]]:
    """Return the circles of one product; a flow without a product may be of any."""
    products = frame["producto"].map(lambda p: "" if blank(p) else plain(str(p)))
    found: dict[frozenset[Any], tuple[list[Any], list[Any]]] = {}
    for product in products.unique():
        part = frame[(products == product) | (products == "")]
        for rows, units in _circles(_edges(part, "origen", "destino")):
            found.setdefault(frozenset(rows), (rows, units))
    return list(found.values())


def _circle_faults(table: str, column: str, found: Any, message: str) -> Iterator[Fault]:
    for rows, units in found:
        for row in rows:
            yield Fault(
                table,
                row,
                column,
                "ciclo",
                message.format(units=_path(units)),
                _("mend the direction, or the code of one end"),
            )


def _flows(frame: pd.DataFrame) -> Iterator[Fault]:
    yield from _neither(
        frame, "flujo", ("destino", "mercado"), _("neither the buyer nor the market is named")
    )
    message = _("flows run in a circle: {units}")
    yield from _circle_faults("flujo", "destino", _flow_circles(frame), message)


def _memberships(frame: pd.DataFrame) -> Iterator[Fault]:
    bodies = frame[frame["clase_miembro"] != "unidad"]
    message = _("memberships run in a circle: {units}")
    found = _circles(_edges(bodies, "miembro", "org"))
    yield from _circle_faults("membresia_org", "org", found, message)


_OWN = {
    "cadena": _chains,
    "flujo": _flows,
    "membresia_org": _memberships,
    "accion_colectiva": _actions,
    "capacidad": _capabilities,
    "indicador": _indicators,
    "apertura": _trade,
}
