# SPDX-License-Identifier: GPL-2.0-or-later
"""Styles of the output layers, from sialgeo's one symbology; attached to layers as they are loaded."""

from __future__ import annotations

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsColorRampShader,
    QgsFillSymbol,
    QgsMarkerSymbol,
    QgsPalLayerSettings,
    QgsProcessingLayerPostProcessorInterface,
    QgsProject,
    QgsRasterShader,
    QgsRendererCategory,
    QgsRuleBasedRenderer,
    QgsSingleBandPseudoColorRenderer,
    QgsSingleSymbolRenderer,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtGui import QColor

from .texts import tr

WORKFILE = "sialgeo/workfile"  # the property that ties a layer to the working file it shows
_POINT_TO_MM = 0.353
_KEPT = []  # Processing keeps no reference to a post-processor
_MOST_KEPT = 50


def attach(context, layer_id, style, group: str) -> None:
    """Have an output layer styled, and put into a group of the layer tree, if it will be loaded."""
    if not layer_id or not context.willLoadLayerOnCompletion(layer_id):
        return
    _KEPT.append(style)
    del _KEPT[:-_MOST_KEPT]
    details = context.layerToLoadOnCompletionDetails(layer_id)
    details.setPostProcessor(style)
    if hasattr(details, "groupName"):
        details.groupName = group
    else:  # before QGIS 3.32
        style.group = group


def shown_areas(found):
    """Return the areas as a layer shows them: the concentration's number as a column."""
    areas = found.areas.reset_index()
    return areas.rename(columns={areas.columns[0]: "concentration"})


class Style(QgsProcessingLayerPostProcessorInterface):
    """What is done to an output layer once it is in the project; subclasses say how it looks."""

    group, on_top = "", False

    def postProcessLayer(self, layer, context, feedback):  # noqa: N802
        """Style the layer, and move it into its group."""
        del context, feedback
        self.style(layer)
        layer.triggerRepaint()
        if self.group:
            _gather(layer, self.group, on_top=self.on_top)

    def style(self, layer) -> None:
        """Style the layer."""
        raise NotImplementedError


def _gather(layer, group: str, *, on_top: bool) -> None:
    from processing.core.ProcessingConfig import ProcessingConfig

    root = QgsProject.instance().layerTreeRoot()
    node = root.findLayer(layer.id())
    if node is None or ProcessingConfig.getSetting(ProcessingConfig.RESULTS_GROUP_NAME):
        return  # the user has a group for all outputs
    held = root.findGroup(group) or root.insertGroup(0, group)
    held.setExpanded(True)
    held.insertChildNode(0 if on_top else -1, node.clone())
    node.parent().removeChildNode(node)


class AreasStyle(Style):
    """Concentrations by what their evidence is worth, or by the first indicator laid over them."""

    def __init__(self, found, indicators=(), workfile="") -> None:
        super().__init__()
        self._workfile = workfile
        self._indicators = [one for one in indicators if one.column in found.areas]
        self._kinds = set(found.areas["evidence"])
        self._values = [found.areas[one.column].to_numpy(float) for one in self._indicators]

    def style(self, layer) -> None:
        """Style, label and name the fields."""
        if self._indicators:
            layer.setRenderer(
                indicator_renderer(self._values[0], self._indicators[0], _area_line())
            )
        else:
            layer.setRenderer(evidence_renderer(self._kinds))
        label_by(layer, '"name" || \' · \' || "n"', bold=True, expression=True)
        alias(layer, self._indicators)
        if self._workfile:
            layer.setCustomProperty(WORKFILE, self._workfile)


class ProducersStyle(Style):
    """Producers inside and outside concentrations."""

    on_top = True

    def style(self, layer) -> None:
        """Style and name the fields."""
        layer.setRenderer(membership_renderer())
        alias(layer)


class IndicatorStyle(Style):
    """Territories by the classes of an indicator."""

    def __init__(self, values, indicator) -> None:
        super().__init__()
        self._values, self._indicator = values, indicator

    def style(self, layer) -> None:
        """Style by classes."""
        layer.setRenderer(indicator_renderer(self._values, self._indicator))


class HotSpotStyle(Style):
    """Districts by the class of their local statistic."""

    def __init__(self, kinds, column="class") -> None:
        super().__init__()
        self._kinds, self._column = set(kinds), column

    def style(self, layer) -> None:
        """Style by classes."""
        from sialgeo.i18n import _
        from sialgeo.symbology import LOCAL_CLASSES

        categories = [
            QgsRendererCategory(kind, _fill(colour, "#8c8c8c", 0.3, 0.9), _(label))
            for kind, (colour, label) in LOCAL_CLASSES.items()
            if kind in self._kinds
        ]
        layer.setRenderer(QgsCategorizedSymbolRenderer(self._column, categories))


class BivariateStyle(Style):
    """Districts by two indicators at once, three classes by three; grey where there is none."""

    def __init__(self, kinds, columns) -> None:
        super().__init__()
        self._kinds, self._columns = set(kinds), columns

    def style(self, layer) -> None:
        """Style by classes."""
        from sialgeo.i18n import _
        from sialgeo.symbology import BIVARIATE, LOCAL_CLASSES

        x, y = self._columns
        levels = (tr("low"), tr("middle"), tr("high"))
        fills = {
            f"{i + 1}-{j + 1}": (BIVARIATE[3 * i + j], f"{x} {levels[i]} · {y} {levels[j]}")
            for i in range(3)
            for j in range(3)
        }
        fills |= {
            k: (LOCAL_CLASSES[k][0], _(LOCAL_CLASSES[k][1])) for k in ("no_data", "suppressed")
        }
        categories = [
            QgsRendererCategory(kind, _fill(colour, "#8c8c8c", 0.3, 0.9), label)
            for kind, (colour, label) in fills.items()
            if kind in self._kinds
        ]
        layer.setRenderer(QgsCategorizedSymbolRenderer("class", categories))


class RiskStyle(Style):
    """A surface of the logarithm of the relative risk, in the library's classes of the risk itself."""

    def style(self, layer) -> None:
        """Style by classes."""
        import math

        from sialgeo.symbology import risk_classes

        ramp = QgsColorRampShader()
        ramp.setColorRampType(QgsColorRampShader.Type.Discrete)
        ramp.setColorRampItemList(
            [
                QgsColorRampShader.ColorRampItem(math.log(one.upper), QColor(one.colour), one.label)
                for one in risk_classes()
            ]
        )
        shader = QgsRasterShader()
        shader.setRasterShaderFunction(ramp)
        layer.setRenderer(QgsSingleBandPseudoColorRenderer(layer.dataProvider(), 1, shader))


class ContourStyle(Style):
    """Areas where the risk is higher, or lower, than chance gives: outlines only."""

    def style(self, layer) -> None:
        """Style by side."""
        from sialgeo.i18n import _
        from sialgeo.surfaces import CONTOUR_LABELS, HIGHER
        from sialgeo.symbology import risk_classes

        classes = risk_classes()
        categories = [
            QgsRendererCategory(
                side,
                _fill("#ffffff", classes[-1 if side == HIGHER else 0].colour, 1.6, 0.0),
                _(label),
            )
            for side, label in CONTOUR_LABELS.items()
        ]
        layer.setRenderer(QgsCategorizedSymbolRenderer("side", categories))


def evidence_renderer(kinds) -> QgsCategorizedSymbolRenderer:
    """Return the legend of the kinds of evidence that are there."""
    from sialgeo.i18n import _
    from sialgeo.symbology import EVIDENCE_STYLE

    categories = [
        QgsRendererCategory(evidence, polygon(style), _(style.label))
        for evidence, style in EVIDENCE_STYLE.items()
        if not kinds or evidence in kinds
    ]
    return QgsCategorizedSymbolRenderer("evidence", categories)


def membership_renderer() -> QgsRuleBasedRenderer:
    """Return the legend of producers inside and outside concentrations."""
    from sialgeo.i18n import _
    from sialgeo.symbology import EVIDENCE_STYLE, IN_NONE

    inside = marker(EVIDENCE_STYLE["tested"].fill, "#ffffff", 1.7)
    rules = (
        ('"concentration" > 0', inside, tr("in a concentration")),
        ("ELSE", marker(IN_NONE.fill, IN_NONE.line, 1.3), _(IN_NONE.label)),
    )
    return _by_rules(rules, inside)


def indicator_renderer(values, indicator, line=None) -> QgsRuleBasedRenderer:
    """Return the legend of an indicator: sialgeo's classes, and no data drawn as such.

    ``line`` is the style whose outline is drawn, by default that of territories.
    """
    from sialgeo.i18n import _
    from sialgeo.symbology import NO_DATA, TERRITORY_LINE, indicator_classes

    line = line or TERRITORY_LINE
    classes = indicator_classes(values, indicator)
    column = '"' + indicator.column.replace('"', '""') + '"'
    rules = []
    for one in classes:
        last = "<=" if one is classes[-1] else "<"
        where = f"{column} >= {one.lower!r} AND {column} {last} {one.upper!r}"
        rules.append((where, _fill(one.colour, line.line, line.width, 1.0), one.label))
    no_data = _fill(NO_DATA.fill, line.line, line.width, 1.0)
    rules.append(("ELSE", no_data, _(NO_DATA.label)))
    return _by_rules(rules, no_data)


def _area_line():
    from sialgeo.symbology import EVIDENCE_STYLE

    return EVIDENCE_STYLE["tested"]


def polygon(style) -> QgsFillSymbol:
    """Return the fill symbol of one of sialgeo's styles."""
    symbol = _fill(style.fill, style.line, style.width, style.opacity)
    if style.dash:
        line = symbol.symbolLayer(0)
        line.setStrokeStyle(_dashed())
    return symbol


def marker(fill: str, line: str, size: float) -> QgsMarkerSymbol:
    """Return a round marker, size in millimetres."""
    return QgsMarkerSymbol.createSimple(
        {
            "name": "circle",
            "color": fill,
            "outline_color": line,
            "outline_width": "0.2",
            "size": str(size),
        }
    )


def style_places(layer, name: str | None) -> None:
    """Draw towns as small rings with their names."""
    layer.setRenderer(QgsSingleSymbolRenderer(marker("#ffffff", "#1a1a1a", 1.8)))
    if name:
        label_by(layer, name, colour="#595959", size=8)


def label_by(layer, what: str, *, bold=False, colour="#1a1a1a", size=9, expression=False) -> None:
    """Label a layer's features by a field or an expression, readable on any ground."""
    text = QgsTextFormat()
    text.setSize(size)
    font = text.font()
    font.setBold(bold)
    text.setFont(font)
    text.setColor(QColor(colour))
    ground = QgsTextBufferSettings()
    ground.setEnabled(True)
    ground.setSize(0.9)
    ground.setColor(QColor("#ffffff"))
    text.setBuffer(ground)
    settings = QgsPalLayerSettings()
    settings.fieldName = what
    settings.isExpression = expression
    settings.setFormat(text)
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    layer.setLabelsEnabled(True)


def alias(layer, indicators=()) -> None:
    """Name the fields as a person reads them, in QGIS's language."""
    from sialgeo.i18n import _
    from sialgeo.model import LABELS

    names = {one.column: one.label() for one in indicators}
    for index, field in enumerate(layer.fields()):
        if field.name() in LABELS:
            said = LABELS[field.name()]
            layer.setFieldAlias(index, _(said.text) + (f" ({said.unit})" if said.unit else ""))
        elif field.name() in names:
            layer.setFieldAlias(index, names[field.name()])


def _by_rules(rules, symbol) -> QgsRuleBasedRenderer:
    root = QgsRuleBasedRenderer.Rule(None)
    for where, drawn, label in rules:
        root.appendChild(QgsRuleBasedRenderer.Rule(drawn.clone(), filterExp=where, label=label))
    del symbol
    return QgsRuleBasedRenderer(root)


def _fill(fill: str, line: str, width: float, opacity: float) -> QgsFillSymbol:
    colour = QColor(fill)
    colour.setAlphaF(opacity)
    return QgsFillSymbol.createSimple(
        {
            "color": ",".join(
                map(str, (colour.red(), colour.green(), colour.blue(), colour.alpha()))
            ),
            "outline_color": line,
            "outline_width": f"{width * _POINT_TO_MM:.3f}",
        }
    )


def _dashed():
    from qgis.PyQt.QtCore import Qt

    return Qt.PenStyle.DashLine
