"""Selection: a small safe language for "which rows are the cases"."""

from __future__ import annotations

import ast
import difflib
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sialgeo.errors import ParameterError, SchemaError
from sialgeo.i18n import _

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Mask = NDArray[np.bool_]
_LONGEST = 5000
_PLACEHOLDER = "column_in_backticks_"


def select_cases(table: gpd.GeoDataFrame, expression: str) -> gpd.GeoDataFrame:
    """Return the rows that satisfy an expression over columns: the cases among all units.

    ``==  !=  <  <=  >  >=  in  not in  and  or  not`` and parentheses; a column whose name has
    spaces stands in backticks. A text compares as text with a code, so that ``codigo == '0601'`` holds
    the zero. A missing value equals nothing. Nothing is run: the expression is only read.

    Parameters
    ----------
    table : GeoDataFrame or DataFrame
        All units.
    expression : str
        For instance ``"codigo_act == '311513'"`` or ``"tipo in ('farm', 'beekeeper')"``.

    Returns
    -------
    GeoDataFrame
        The rows, with their index; ``.attrs["selection"]`` holds expression, selected and of.

    Raises
    ------
    ParameterError
        The expression cannot be read.
    SchemaError
        A column is unknown, or no row satisfies the expression.

    Examples
    --------
    >>> import pandas as pd
    >>> units = pd.DataFrame({"codigo": ["0601", "0602", "0601"], "t": [1.0, 2.0, 3.0]})
    >>> list(select_cases(units, "codigo == '0601' and not t < 2").index)
    [2]
    """
    chosen = cases_mask(table, expression)
    if not chosen.any():
        raise SchemaError(_no_case(*_parse(expression), table, expression))
    selected = table[chosen].copy()
    selected.attrs["selection"] = {
        "expression": expression,
        "selected": int(chosen.sum()),
        "of": len(table),
    }
    return selected


def cases_mask(table: pd.DataFrame, expression: str) -> Mask:
    """Mark the rows that satisfy an expression, as :func:`select_cases` understands it."""
    body, names = _parse(expression)
    found = np.asarray(_value(body, table, names, expression), dtype=object)
    if found.shape != (len(table),) or not all(isinstance(v, bool | np.bool_) for v in found[:1]):
        raise _unreadable(expression, _("it compares nothing; write for instance tipo == 'queso'"))
    return found.astype(bool)


def cases_columns(expression: str) -> list[str]:
    """Return the columns that an expression asks for.

    >>> cases_columns("codigo == '0601' and `con espacio` > 2")
    ['codigo', 'con espacio']
    """
    body, names = _parse(expression)
    found = [names.get(n.id, n.id) for n in ast.walk(body) if isinstance(n, ast.Name)]
    return list(dict.fromkeys(found))


def _parse(expression: str) -> tuple[ast.expr, dict[str, str]]:
    if not isinstance(expression, str) or not expression.strip() or len(expression) > _LONGEST:
        raise _unreadable(str(expression)[:80], _("it is empty or too long"))
    names: dict[str, str] = {}

    def placeholder(match: re.Match[str]) -> str:
        name = f"{_PLACEHOLDER}{len(names)}"
        names[name] = match[1]
        return name

    text = re.sub(r"`([^`]+)`", placeholder, expression.strip())
    try:
        return ast.parse(text, mode="eval").body, names
    except (SyntaxError, ValueError, RecursionError, MemoryError) as failure:
        why = getattr(failure, "msg", None) or str(failure)
        if re.search(r"[^=!<>]=[^=]", text):
            why = _("to compare, write == and not =")
        elif re.search(r"(?<![\w'\"])0\d+", text):
            why = _("a code with a leading zero is text: write it in quotation marks")
        raise _unreadable(expression, why) from None


def _unreadable(expression: str, why: str) -> ParameterError:
    return ParameterError(
        _(
            "the selection “{expression}” cannot be read: {why}. It knows columns, texts in quotation "
            "marks, numbers, == != < <= > >= in not in and or not, and parentheses"
        ).format(expression=expression, why=why)
    )


def _value(node: ast.expr, table: Any, names: Mapping[str, str], expression: str) -> Any:
    """Return the truth of each row, for a node that is a condition."""
    if isinstance(node, ast.BoolOp):
        parts = [_condition(v, table, names, expression) for v in node.values]
        join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        return functools.reduce(join, parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ~_condition(node.operand, table, names, expression)
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        parts = [
            _compare(op, a, b, table, names, expression)
            for op, a, b in zip(node.ops, sides[:-1], sides[1:], strict=True)
        ]
        return functools.reduce(np.logical_and, parts)
    if isinstance(node, ast.Name):
        column = _column(node, table, names)
        if column.dtype == bool:
            return column.to_numpy()
        raise _unreadable(
            expression,
            _("“{name}” is compared with nothing").format(name=names.get(node.id, node.id)),
        )
    raise _unreadable(expression, _("it holds something else than comparisons"))


def _condition(node: ast.expr, table: Any, names: Mapping[str, str], expression: str) -> Mask:
    return np.asarray(_value(node, table, names, expression), dtype=bool)


def _column(node: ast.Name, table: Any, names: Mapping[str, str]) -> pd.Series:
    name = names.get(node.id, node.id)
    by_text = {str(c): c for c in table.columns}
    if name not in by_text:
        raise SchemaError(unknown_columns([name], by_text))
    column: pd.Series = table[by_text[name]]
    return column


def unknown_columns(names: Sequence[str], known: Iterable[Any]) -> str:
    """Return the message for columns that are not there: the near ones first, then all there are."""
    there = [str(c) for c in known]
    near = [m for n in names for m in difflib.get_close_matches(str(n), there, n=2, cutoff=0.6)]
    # a shapefile cuts names at ten characters
    near = [t for n in names for t in there if len(t) in (9, 10) and str(n).startswith(t)] + near
    hint = " " + _("Perhaps {near}?").format(near=", ".join(dict.fromkeys(near))) if near else ""
    return (
        _("no column {names}. The columns are: {known}.").format(
            names=", ".join(f"“{n}”" for n in names), known=", ".join(there)
        )
        + hint
    )


def _literal(node: ast.expr) -> Any:
    """Return the value of a text, number, truth, or list of them; raise ValueError for others."""
    value = ast.literal_eval(node)
    many = value if isinstance(value, list | tuple | set) else [value]
    if not many or any(not isinstance(v, str | int | float | bool) for v in many):
        raise ValueError
    return value


_FLIPPED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}


def _compare(
    op: ast.cmpop,
    left: ast.expr,
    right: ast.expr,
    table: Any,
    names: Mapping[str, str],
    expression: str,
) -> Mask:
    kind: type[ast.cmpop] = type(op)
    if not isinstance(left, ast.Name) and isinstance(right, ast.Name):
        left, right, kind = right, left, _FLIPPED.get(kind, kind)
        if kind in (ast.In, ast.NotIn):
            raise _unreadable(expression, _("“in” takes a column, then a list of values"))
    if not isinstance(left, ast.Name):
        raise _unreadable(expression, _("each comparison needs a column"))
    column = _column(left, table, names)
    if isinstance(right, ast.Name):
        if kind in (ast.In, ast.NotIn):
            raise _unreadable(expression, _("“in” takes a column, then a list of values"))
        return _ordered(kind, column, _column(right, table, names).to_numpy(), expression)
    try:
        value = _literal(right)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise _unreadable(expression, _("values are texts in quotation marks or numbers")) from None
    if kind in (ast.In, ast.NotIn):
        many = [value] if isinstance(value, str | int | float) else list(value)
        found = functools.reduce(np.logical_or, [_equals(column, v) for v in many])
        return found if kind is ast.In else ~found
    if isinstance(value, list | tuple | set):
        raise _unreadable(expression, _("a list of values goes with “in”"))
    if kind in (ast.Eq, ast.NotEq):
        return _equals(column, value) if kind is ast.Eq else ~_equals(column, value)
    return _ordered(kind, column, value, expression)


def as_text(column: pd.Series) -> pd.Series:
    """Return values as text: whole numbers without a decimal point, missing values as NaN."""
    import pandas as pd

    def text(value: Any) -> Any:
        if value is None or value is pd.NaT or value is pd.NA:
            return np.nan
        if isinstance(value, float | np.floating):
            return np.nan if np.isnan(value) else f"{value:.15g}"
        return str(value)

    texts: pd.Series = pd.Series([text(v) for v in column], index=column.index, dtype=object)
    return texts


def _is_number(column: pd.Series) -> bool:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    return bool(is_numeric_dtype(column) and not is_bool_dtype(column))


def _equals(column: pd.Series, value: Any) -> Mask:
    from pandas.api.types import is_string_dtype

    found: pd.Series
    if isinstance(value, str) or not (_is_number(column) or column.dtype == bool):
        wanted = value if isinstance(value, str) else f"{value:.15g}"
        texts = column if is_string_dtype(column) else as_text(column)
        found = texts == wanted
    else:
        found = column == value
    return np.asarray(found.fillna(False), dtype=bool)


def _ordered(kind: type[ast.cmpop], column: pd.Series, value: Any, expression: str) -> Mask:
    import pandas as pd

    compare = {
        ast.Lt: np.less,
        ast.LtE: np.less_equal,
        ast.Gt: np.greater,
        ast.GtE: np.greater_equal,
        ast.Eq: np.equal,
        ast.NotEq: np.not_equal,
    }.get(kind)
    if compare is None:
        raise _unreadable(expression, _("it holds something else than comparisons"))
    if not isinstance(value, np.ndarray) and _is_number(column) != (not isinstance(value, str)):
        raise ParameterError(
            _(
                "“{column}” holds {kind} and cannot be less or greater than {value}. Remedy: {remedy}"
            ).format(
                column=column.name,
                kind=_("numbers") if _is_number(column) else _("text"),
                value=value,
                remedy=_("compare numbers with numbers, texts with texts"),
            )
        )
    left = column.to_numpy(float) if _is_number(column) else as_text(column).to_numpy(object)
    there = column.notna().to_numpy()
    result = np.full(len(column), kind is ast.NotEq)
    if isinstance(value, np.ndarray):
        there = there & np.asarray(pd.notna(value))
        value = value[there]
    try:
        result[there] = compare(left[there], value).astype(bool)
    except TypeError:
        raise ParameterError(
            _("“{column}” cannot be compared so: texts and numbers do not mix").format(
                column=column.name
            )
        ) from None
    return result


def _no_case(body: ast.expr, names: Mapping[str, str], table: Any, expression: str) -> str:
    said: str = _("no row satisfies “{expression}”.").format(expression=expression)
    for node in ast.walk(body):
        if isinstance(node, ast.Name):
            common = as_text(_column(node, table, names)).value_counts().head(5).index
            said += " " + _("“{column}” holds for instance {values}.").format(
                column=names.get(node.id, node.id), values=", ".join(map(str, common))
            )
    return said
