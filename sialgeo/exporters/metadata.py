"""What catalogues and QGIS read of a layer: title, abstract, date, licence, sources, extent.

Two forms of one content: ISO 19115 as ISO 19139 encodes it, and QGIS's own, which the layer's properties
show. Both hold only what the publication says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sialgeo.disclosure import PUBLISHED_CRS
from sialgeo.exporters.qml import content
from sialgeo.exporters.wording import said_first, title_of
from sialgeo.i18n import language
from sialgeo.model import Publication

ISO_URI, QGIS_URI = "http://www.isotc211.org/2005/gmd", "http://mrcc.com/qgis.dtd"
_ISO_LANGUAGES = {"es": "spa", "en": "eng"}
_CODES = "http://www.isotc211.org/2005/resources/Codelist/gmxCodelists.xml#"
_ABSTRACT = ("synthetic", "verdict", "number", "caution", "withheld", "ecological")

Bounds = Sequence[float]


def abstract_of(publication: Publication) -> str:
    """Return verdict, number, cautions and what is withheld as one text."""
    return " ".join(line.text for line in said_first(publication) if line.key in _ABSTRACT)


def iso_xml(publication: Publication, bounds: Bounds) -> str:
    """Return the dataset's metadata as ISO 19139 has them; ``bounds`` in degrees."""
    context = publication.context
    spoken = _ISO_LANGUAGES[language()]
    sources = "".join(
        f"<gmd:source><gmd:LI_Source><gmd:description>{_text(source)}</gmd:description></gmd:LI_Source></gmd:source>"
        for source in context.sources
    )
    return "".join(
        [
            '<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" '
            'xmlns:gco="http://www.isotc211.org/2005/gco">',
            f"<gmd:language>{_text(spoken)}</gmd:language>",
            f"<gmd:hierarchyLevel>{_code('MD_ScopeCode', 'dataset')}</gmd:hierarchyLevel>",
            "<gmd:contact><gmd:CI_ResponsibleParty>"
            f"<gmd:organisationName>{_text('sialgeo')}</gmd:organisationName>"
            f"<gmd:role>{_code('CI_RoleCode', 'processor')}</gmd:role></gmd:CI_ResponsibleParty></gmd:contact>",
            f"<gmd:dateStamp>{_date(context.date)}</gmd:dateStamp>",
            "<gmd:referenceSystemInfo><gmd:MD_ReferenceSystem><gmd:referenceSystemIdentifier>"
            f"<gmd:RS_Identifier><gmd:code>{_text(f'EPSG:{PUBLISHED_CRS}')}</gmd:code></gmd:RS_Identifier>"
            "</gmd:referenceSystemIdentifier></gmd:MD_ReferenceSystem></gmd:referenceSystemInfo>",
            "<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation>"
            f"<gmd:title>{_text(title_of(publication))}</gmd:title><gmd:date><gmd:CI_Date>"
            f"<gmd:date>{_date(context.date)}</gmd:date>"
            f"<gmd:dateType>{_code('CI_DateTypeCode', 'publication')}</gmd:dateType>"
            "</gmd:CI_Date></gmd:date></gmd:CI_Citation></gmd:citation>",
            f"<gmd:abstract>{_text(abstract_of(publication))}</gmd:abstract>",
            "<gmd:resourceConstraints><gmd:MD_LegalConstraints><gmd:useLimitation>"
            f"{_text(context.licence)}</gmd:useLimitation></gmd:MD_LegalConstraints></gmd:resourceConstraints>",
            f"<gmd:language>{_text(spoken)}</gmd:language>",
            "<gmd:topicCategory><gmd:MD_TopicCategoryCode>economy</gmd:MD_TopicCategoryCode></gmd:topicCategory>",
            f"<gmd:extent><gmd:EX_Extent><gmd:geographicElement>{_box(bounds)}</gmd:geographicElement></gmd:EX_Extent></gmd:extent>",
            "</gmd:MD_DataIdentification></gmd:identificationInfo>",
            "<gmd:dataQualityInfo><gmd:DQ_DataQuality><gmd:scope><gmd:DQ_Scope>"
            f"<gmd:level>{_code('MD_ScopeCode', 'dataset')}</gmd:level></gmd:DQ_Scope></gmd:scope>"
            "<gmd:lineage><gmd:LI_Lineage><gmd:statement>",
            _text(" → ".join(step.verb for step in publication.steps)),
            f"</gmd:statement>{sources}</gmd:LI_Lineage></gmd:lineage></gmd:DQ_DataQuality></gmd:dataQualityInfo>",
            "</gmd:MD_Metadata>",
        ]
    )


def qgis_xml(publication: Publication, name: str, layer: str, bounds: Bounds, crs: str = "") -> str:
    """Return a layer's metadata as QGIS keeps them, without their outer element.

    Parameters
    ----------
    name, layer
        What the layer is called, and its table.
    bounds
        West, south, east, north in degrees.
    crs
        ``<spatialrefsys>`` of the layer, where the file has one.
    """
    context = publication.context
    west, south, east, north = bounds
    date = f'<date type="Published" value="{content(context.date)}"/>' if context.date else ""
    return (
        f"<identifier>{content(layer)}</identifier><parentidentifier></parentidentifier>"
        f"<language>{language()}</language><type>dataset</type>"
        f"<title>{content(f'{name} · {title_of(publication)}')}</title>"
        f"<abstract>{content(abstract_of(publication))}</abstract>"
        f"<links/><dates>{date}</dates><fees></fees>"
        + "".join(f"<history>{content(source)}</history>" for source in context.sources)
        + f"<rights></rights><license>{content(context.licence)}</license><encoding>UTF-8</encoding><crs>{crs}</crs>"
        f'<extent><spatial crs="EPSG:{PUBLISHED_CRS}" dimensions="2" minx="{west:.5f}" miny="{south:.5f}" '
        f'maxx="{east:.5f}" maxy="{north:.5f}" minz="0" maxz="0"/></extent>'
    )


def bounds_of(layers: Sequence[Any]) -> Bounds:
    """Return what layers in degrees cover together; the world where there is nothing."""
    import numpy as np

    boxes = np.array([layer.total_bounds for layer in layers if len(layer)]).reshape(-1, 4)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        return (-180.0, -90.0, 180.0, 90.0)
    return (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())


def _text(text: str) -> str:
    return f"<gco:CharacterString>{content(text)}</gco:CharacterString>"


def _date(text: str) -> str:
    return f"<gco:Date>{content(text)}</gco:Date>"


def _code(kind: str, value: str) -> str:
    return f'<gmd:{kind} codeList="{_CODES}{kind}" codeListValue="{value}">{value}</gmd:{kind}>'


def _box(bounds: Bounds) -> str:
    names = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
    order = (0, 2, 1, 3)  # ISO's own: west, east, south, north
    inside = "".join(
        f"<gmd:{names[i]}><gco:Decimal>{bounds[i]:.5f}</gco:Decimal></gmd:{names[i]}>"
        for i in order
    )
    return f"<gmd:EX_GeographicBoundingBox>{inside}</gmd:EX_GeographicBoundingBox>"
