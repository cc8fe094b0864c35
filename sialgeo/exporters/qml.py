"""QGIS styles (QML) made from :mod:`sialgeo.symbology`; QGIS 3.22 and later read them.

Only what differs from QGIS's defaults is written.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sialgeo.i18n import _
from sialgeo.symbology import Class, Style

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DOT = 5.67  # points: 2 mm
_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def document(renderer: str, aliases: Mapping[str, str], label_field: str | None = None) -> str:
    """Return a QML document.

    Parameters
    ----------
    renderer
        XML of :func:`categorized`, :func:`ruled` or :func:`single`.
    aliases
        What QGIS shows for each field.
    label_field
        Field whose text is written on the map.
    """
    shown = "".join(
        f"<alias index={attr(i)} field={attr(field)} name={said(alias)}/>"
        for i, (field, alias) in enumerate(aliases.items())
    )
    labels = _labels(label_field) if label_field else ""
    return (
        f'{_HEAD}<qgis version="3.22.0" styleCategories="Symbology|Labeling|Fields" '
        f'labelsEnabled="{int(bool(label_field))}">{renderer}{labels}<aliases>{shown}</aliases></qgis>'
    )


def inner(style: str) -> tuple[str, bool]:
    """Return what a QML document holds, for a layer of a project; and whether it writes labels."""
    head, _mark, rest = style.partition("<renderer-v2")
    return "<renderer-v2" + rest.removesuffix("</qgis>"), 'labelsEnabled="1"' in head


def categorized(
    field: str, styles: Mapping[str, Style], symbol_type: str = "fill", rest: Style | None = None
) -> str:
    """Return a renderer of one symbol a value; ``rest`` draws every other value."""
    entries = [(value, style) for value, style in styles.items()]
    entries += [("", rest)] if rest is not None else []
    categories = "".join(
        f'<category render="true" type="string" symbol="{i}" value={attr(value)} '
        f"label={said(_(style.label))}/>"
        for i, (value, style) in enumerate(entries)
    )
    return (
        f'<renderer-v2 type="categorizedSymbol" attr={attr(field)} enableorderby="0" forceraster="0" '
        f'symbollevels="0"><categories>{categories}</categories>'
        f"{_symbols([style for _value, style in entries], symbol_type)}</renderer-v2>"
    )


def ruled(field: str, classes: Sequence[Class], line: Style, no_data: Style | None) -> str:
    """Return a renderer of one rule a class, and one for missing values where there are some."""
    quoted = _quoted(field)
    rules, styles = [], []
    for i, found in enumerate(classes):
        sign = ">=" if i == 0 else ">"
        test = f"{quoted} {sign} {found.lower!r} AND {quoted} <= {found.upper!r}"
        rules.append((test, found.label))
        styles.append(Style(found.colour, line.line, line.width, line.dash, found.label))
    if no_data is not None:
        rules.append((f"{quoted} IS NULL", _(no_data.label)))
        styles.append(no_data)
    return _by_rules(rules, _symbols(styles, "fill"))


def circles(field: str, classes: Sequence[Class], radii: Sequence[float], cell: Style) -> str:
    """Return a renderer of outlines with a circle in the middle, its radius in points by class."""
    quoted = _quoted(field)
    outline = _line(replace(cell, line=cell.fill, width=0.5), 0.5)
    rules, symbols = [], []
    for i, (found, radius) in enumerate(zip(classes, radii, strict=True)):
        rules.append((f"{quoted} >= {found.lower!r} AND {quoted} <= {found.upper!r}", found.label))
        middle = _symbol(f"@{i}@1", "marker", _marker(cell, 2 * radius))
        symbols.append(_symbol(str(i), "fill", outline + _layer("CentroidFill", {}, middle)))
    return _by_rules(rules, f"<symbols>{''.join(symbols)}</symbols>")


def _quoted(field: str) -> str:
    """Return a field as QGIS's expressions name it."""
    return '"' + field.replace('"', '""') + '"'


def _by_rules(rules: Sequence[tuple[str, str]], symbols: str) -> str:
    """Return the renderer that draws by rules, test and label, each with the symbol of its place."""
    written = "".join(
        f'<rule key="{{sialgeo-{i}}}" symbol="{i}" filter={attr(test)} label={said(label)}/>'
        for i, (test, label) in enumerate(rules)
    )
    return (
        '<renderer-v2 type="RuleRenderer" enableorderby="0" forceraster="0" symbollevels="0">'
        f'<rules key="{{sialgeo}}">{written}</rules>{symbols}</renderer-v2>'
    )


def single(style: Style, symbol_type: str = "fill") -> str:
    """Return a renderer of one symbol for all."""
    return (
        '<renderer-v2 type="singleSymbol" enableorderby="0" forceraster="0" symbollevels="0">'
        f"{_symbols([style], symbol_type)}</renderer-v2>"
    )


def _symbols(styles: Sequence[Style], symbol_type: str) -> str:
    layers = {"marker": _marker, "line": _line}.get(symbol_type, _fill)
    drawn = (_symbol(str(i), symbol_type, layers(style)) for i, style in enumerate(styles))
    return f"<symbols>{''.join(drawn)}</symbols>"


def _symbol(name: str, kind: str, layers: str) -> str:
    return (
        f'<symbol name="{name}" type="{kind}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f"{layers}</symbol>"
    )


def _fill(style: Style) -> str:
    inside = {"color": _colour(style.fill, style.opacity), "style": "solid", "outline_style": "no"}
    return _layer("SimpleFill", inside) + _line(style)


def _line(style: Style, opacity: float = 1.0) -> str:
    line = {
        "line_color": _colour(style.line, opacity),
        "line_style": "solid",
        "line_width": f"{style.width:g}",
        "line_width_unit": "Point",
        "joinstyle": "round",
        "use_custom_dash": str(int(bool(style.dash))),
        "customdash": ";".join(f"{length:g}" for length in style.dash) or "5;2",
        "customdash_unit": "Point",
    }
    return _layer("SimpleLine", line)


def _marker(style: Style, size: float = _DOT) -> str:
    return _layer(
        "SimpleMarker",
        {
            "name": "circle",
            "color": _colour(style.fill, style.opacity),
            "outline_color": _colour(style.line),
            "outline_style": "solid",
            "outline_width": f"{style.width:g}",
            "outline_width_unit": "Point",
            "size": f"{size:g}",
            "size_unit": "Point",
        },
    )


def _layer(kind: str, options: Mapping[str, str], inside: str = "") -> str:
    written = "".join(
        f'<Option type="QString" name="{name}" value={attr(value)}/>'
        for name, value in options.items()
    )
    return (
        f'<layer class="{kind}" enabled="1" locked="0" pass="0"><Option type="Map">{written}</Option>'
        f"{inside}</layer>"
    )


def _labels(field: str) -> str:
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName={attr(field)} isExpression="0" fontSize="9" fontSizeUnit="Point" '
        'textColor="26,26,26,255" textOpacity="1" fontWeight="50" fontItalic="0">'
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" '
        'bufferColor="255,255,255,255" bufferOpacity="1"/></text-style>'
        '<placement placement="1" priority="5"/><rendering drawLabels="1" obstacle="1"/>'
        "</settings></labeling>"
    )


def _colour(colour: str, opacity: float = 1.0) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def attr(value: object) -> str:
    """Return a text as a quoted XML attribute, without what XML may not hold."""
    escaped = html.escape(_NOT_XML.sub("", str(value)), quote=True)
    return '"' + escaped.replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;") + '"'


def content(text: object) -> str:
    """Return a text as the content of an XML element."""
    return attr(text)[1:-1]


def said(text: object) -> str:
    """Return a text that QGIS shows as an attribute: ``[% … %]`` in it is no expression."""
    return attr(str(text).replace("[%", "[\u200b%"))
