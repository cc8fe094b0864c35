# SPDX-License-Identifier: GPL-2.0-or-later
"""What all algorithms share: names, help, what is missing, errors told in the user's language."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QIcon

from .. import declared, library, remembered
from ..tasks import reason_of
from ..texts import language, mark, tr

FOLDER = Path(__file__).parents[1]
GROUPS = {  # as a study goes
    "data": mark("Data"),
    "detect": mark("Detect"),
    "profile": mark("Profile"),
    "territory": mark("Territory and poverty"),
    "sial": mark("SIAL"),
    "publish": mark("Publish"),
    "study": mark("Study"),
}
# what nobody foresaw is told in a sentence; its traceback is in sialgeo's tab of the log
_UNFORESEEN = (
    ArithmeticError,
    AttributeError,
    ImportError,
    LookupError,
    MemoryError,
    NameError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


def icon(name: str) -> QIcon:
    """Return one of the plugin's icons."""
    return QIcon(str(FOLDER / "icons" / f"{name}.svg"))


def help_page(anchor: str = "") -> str:
    """Return the address of the guide in the user's language, carried in the plugin."""
    url = QUrl.fromLocalFile(str(FOLDER / "help" / f"{language()}.html"))
    if anchor:
        url.setFragment(anchor)
    return url.toString()


class SialgeoAlgorithm(QgsProcessingAlgorithm):
    """One capability of sialgeo; subclasses declare parameters, look for faults and do the work."""

    ID = ""
    TITLE = ""
    ABOUT = ""
    GROUP = ""  # a name in GROUPS
    TAGS = ""
    ICON = "sialgeo"
    NEEDS = library.TABLES
    WANTS = ()  # libraries without which a part of it is not there

    def createInstance(self):  # noqa: N802
        """Return a new algorithm of this kind."""
        return type(self)()

    def name(self) -> str:
        """Return the id, which never changes and is never translated."""
        return self.ID

    def displayName(self) -> str:  # noqa: N802
        """Return the name in the user's language."""
        return tr(self.TITLE)

    def group(self) -> str:
        """Return the group's name in the user's language."""
        return tr(GROUPS[self.GROUP])

    def groupId(self) -> str:  # noqa: N802
        """Return the group's id."""
        return self.GROUP

    def tags(self) -> list:
        """Return search words in both languages."""
        return self.TAGS.split(",")

    def icon(self) -> QIcon:
        """Return the algorithm's icon."""
        return icon(self.ICON)

    def svgIconPath(self) -> str:  # noqa: N802
        """Return the path of the algorithm's icon."""
        return str(FOLDER / "icons" / f"{self.ICON}.svg")

    def helpUrl(self) -> str:  # noqa: N802
        """Return the address of the algorithm's part of the guide."""
        return help_page(self.ID)

    def shortDescription(self) -> str:  # noqa: N802
        """Return one sentence."""
        return tr(self.ABOUT).split("\n")[0]

    def shortHelpString(self) -> str:  # noqa: N802
        """Return what the algorithm does and what each parameter means."""
        paragraphs = "".join(f"<p>{line}</p>" for line in tr(self.ABOUT).split("\n"))
        entries = "".join(
            f"<p><b>{definition.description()}</b><br>{definition.help()}</p>"
            for definition in self.parameterDefinitions()
            if definition.help()
        )
        return f"{paragraphs}<h3>{tr('Parameters')}</h3>{entries}"

    def owner(self):
        """Return sialgeo's class that declares parameters of this algorithm, None where there is none."""
        return

    def declarations(self) -> tuple:
        """Return sialgeo's declarations; none where it cannot be imported (canExecute says why)."""
        try:
            library.sialgeo()
            kind = self.owner()
        except ImportError:
            return ()
        from sialgeo.params import params_of

        return () if kind is None else params_of(kind)

    def add_declared(self) -> None:
        """Add a parameter for each declaration."""
        for one in self.declarations():
            self.declared_once(declared.parameter(one))

    def given(self, parameters, context) -> dict:
        """Return the declared parameters with the values given."""
        return {
            one.name: declared.value(self, one, parameters, context) for one in self.declarations()
        }

    def declared_faults(self, parameters, context) -> list:
        """Return what is out of its bounds among the declared parameters."""
        from sialgeo.params import fault

        told = self.given(parameters, context)
        return [said for one in self.declarations() if (said := fault(one, told[one.name]))]

    def add(self, definition, about: str, *, default=None) -> None:
        """Add a parameter with its help."""
        definition.setHelp(about)
        if default is not None:
            definition.setDefaultValue(default)
        self.declared_once(definition)

    def declared_once(self, definition) -> None:
        """Add a parameter; a second one of a name is a fault of ours."""
        if not self.addParameter(definition):
            raise ValueError(definition.name())

    def add_field(self, name, label, about, *, of, numeric=True, many=False, optional=False):
        """Add a parameter for a field (or several) of a layer or table input."""
        kinds = QgsProcessingParameterField.DataType
        made = QgsProcessingParameterField(
            name,
            label,
            parentLayerParameterName=of,
            type=kinds.Numeric if numeric else kinds.Any,
            allowMultiple=many,
            optional=optional,
        )
        self.add(made, about)

    def add_text(self, name, label, about) -> None:
        """Add an advanced parameter for a text that may be left empty."""
        made = QgsProcessingParameterString(name, label, optional=True)
        self.add(declared.advanced(made), about)

    def add_coincident(self) -> None:
        """Declare how producers at one coordinate count (:meth:`coincident`)."""
        ways = [tr("count one by one"), tr("count as one site")]
        made = QgsProcessingParameterEnum(
            "COINCIDENT", tr("Producers at one coordinate"), ways, defaultValue=0
        )
        self.add(
            declared.advanced(made),
            tr("Whether producers at the same coordinate count one by one or as one site."),
        )

    def add_abroad(self) -> None:
        """Declare what becomes of points outside the country (:meth:`abroad`)."""
        made = QgsProcessingParameterEnum(
            "ABROAD",
            tr("Points outside the country"),
            [tr("(guess)"), tr("set aside"), tr("kept, with a warning")],
            defaultValue=0,
        )
        self.add(
            declared.advanced(made),
            tr("By default set aside where the country is named, else kept with a warning."),
        )

    def abroad(self, parameters, context):
        """Return what becomes of points outside the country, as the verbs take it."""
        return (None, "reject", "warn")[self.parameterAsEnum(parameters, "ABROAD", context)]

    def coincident(self, parameters, context) -> str:
        """Return how producers at one coordinate count, as the verbs take it."""
        return ("units", "sites")[self.parameterAsEnum(parameters, "COINCIDENT", context)]

    def add_producers(self) -> None:
        """Declare the producers' points."""
        points = [QgsProcessing.SourceType.TypeVectorPoint]
        self.add(
            QgsProcessingParameterFeatureSource("PRODUCERS", tr("Producers"), points),
            tr("Point layer, one feature per producer."),
        )

    def add_table(self, label: str, about: str, *, name="OUTPUT", optional=False) -> None:
        """Declare a table that comes out: rows without geometry (:meth:`write_table`)."""
        rows = QgsProcessing.SourceType.TypeVector
        self.add(QgsProcessingParameterFeatureSink(name, label, rows, optional=optional), about)

    def canExecute(self):  # noqa: N802
        """Return whether all that is needed is here, and what is missing with the remedy."""
        faults = library.blocked() or library.missing(self.NEEDS) or library.faults_of_sialgeo()
        return not faults, "\n".join(faults)

    def restrictions(self) -> str:
        """Return what works less without the optional libraries that are missing."""
        lacking = [name for name in self.WANTS if library.lacks(name)]
        return "; ".join(
            tr("without {library}: no {use}").format(
                library=library.package_of(name), use=tr(library.OPTIONAL[name])
            )
            for name in lacking
        )

    def checkParameterValues(self, parameters, context):  # noqa: N802
        """Explain what is wrong with the inputs, all faults at once."""
        able, why = self.canExecute()  # qgis_process and scripts do not ask for it
        if not able:
            return False, why
        library.bind()  # what looks for faults may read files
        right, message = super().checkParameterValues(parameters, context)
        try:
            faults = self._field_faults(parameters, context) or self.faults(parameters, context)
        except _UNFORESEEN as failure:
            faults = [reason_of(failure)]
        if not right:  # ours say more than "incorrect value"
            faults = faults or self._value_faults(parameters, context)
        return (False, "\n".join(faults)) if faults else (right, message)

    def _field_faults(self, parameters, context) -> list:
        """Return a sentence for each field that its layer has not."""
        found = []
        for one in self.parameterDefinitions():
            if not isinstance(one, QgsProcessingParameterField):
                continue
            source = self.parameterAsSource(parameters, one.parentLayerParameterName(), context)
            held = source.fields() if source is not None else None
            for name in self.parameterAsFields(parameters, one.name(), context) if held else ():
                if held.lookupField(name) < 0:
                    found.append(
                        tr("“{input}”: the layer has no field “{field}”. It has: {fields}").format(
                            input=one.description(), field=name, fields=", ".join(held.names())
                        )
                    )
        return found

    def _value_faults(self, parameters, context) -> list:
        """Return a sentence for each input that is missing, or number out of its bounds."""
        found = []
        for one in self.parameterDefinitions():
            given = parameters.get(one.name())
            if one.checkValueIsAcceptable(given, context):
                continue
            if given in (None, "", []):
                found.append(tr("“{input}” is needed.").format(input=one.description()))
            elif isinstance(one, QgsProcessingParameterNumber):
                found.append(
                    tr("“{input}”: {value} must lie between {low} and {high}.").format(
                        input=one.description(),
                        value=given,
                        low=f"{one.minimum():g}",
                        high=f"{one.maximum():g}",
                    )
                )
        return found

    def faults(self, parameters, context) -> list:
        """Return what is wrong with the parameters; subclasses add to it."""
        del parameters, context
        return []

    def prepareAlgorithm(self, parameters, context, feedback):  # noqa: N802
        """Remember the layers and fields chosen, for the next dialog; see how layers are best read."""
        del feedback
        remembered.note(self, parameters, context)
        self._ways = self._ways_in(parameters, context)
        return True

    def _ways_in(self, parameters, context) -> dict:
        """Return the quicker way to read each layer input that has one."""
        from ..adapters import way_of

        found = {}
        for one in self.parameterDefinitions():
            given = parameters.get(one.name())
            part = isinstance(
                given, (dict, QgsProcessingFeatureSourceDefinition)
            )  # maybe not all of it
            if isinstance(one, QgsProcessingParameterFeatureSource) and given and not part:
                layer = self.parameterAsVectorLayer(parameters, one.name(), context)
                found[one.name()] = way_of(layer)
        return found

    def processAlgorithm(self, parameters, context, feedback):  # noqa: N802
        """Do the work; an error that the user can mend is told without a traceback."""
        library.bind()
        library.hold_projections()
        library.sialgeo()
        from sialgeo.errors import Cancelled, SialgeoError

        try:
            return self.work(parameters, context, feedback)
        except Cancelled:
            feedback.pushInfo(tr("Cancelled: nothing was written."))
            return {}
        except SialgeoError as failure:
            raise QgsProcessingException(str(failure)) from None
        except _UNFORESEEN as failure:
            raise QgsProcessingException(reason_of(failure)) from None

    def work(self, parameters, context, feedback):
        """Do the algorithm's own work and return its outputs."""
        raise NotImplementedError

    # --- what several algorithms need -------------------------------------------------------------

    def source_faults(self, parameters, name, context, *, kind=None, placed=True) -> list:
        """Return what is wrong with a layer input: no CRS, empty, or another geometry than needed.

        With ``placed=False`` a layer without a CRS is taken.
        """
        source = self.parameterAsSource(parameters, name, context)
        if source is None:
            return []
        said = self.parameterDefinition(name).description()
        faults = []
        if kind is not None and source.wkbType() and _geometry(source.wkbType()) != kind:
            faults.append(
                tr("“{input}”: the layer holds {found}; {needed} are needed. {remedy}").format(
                    input=said,
                    found=_NAMES_OF[_geometry(source.wkbType())](),
                    needed=_NAMES_OF[kind](),
                    remedy=_REMEDIES[kind](),
                )
            )
        if kind is not None and placed and not source.sourceCrs().isValid():
            faults.append(
                tr(
                    "“{input}”: the layer has no coordinate system. Remedy: "
                    "right-click the layer, Layer CRS, "
                    "Set Layer CRS, and choose the one its coordinates are in."
                ).format(input=said)
            )
        if source.featureCount() == 0:
            faults.append(
                tr("“{input}”: the layer holds no features (or none is selected).").format(
                    input=said
                )
            )
        return faults

    def distances(self, parameters, name, context) -> list:
        """Return the metres of a list like 5km,10km; none where it is empty."""
        from sialgeo.params import parse_distance

        return [parse_distance(part) for part in names_in(self.text(parameters, name, context))]

    def distance_faults(self, parameters, name, context) -> list:
        """Return what is wrong with a list of distances."""
        try:
            self.distances(parameters, name, context)
        except ValueError as failure:
            return [f"{self.parameterDefinition(name).description()}: {failure}"]
        return []

    def orphans(self, parameters, context, **parents) -> list:
        """Return a sentence for each field that is given without its layer."""
        return [
            tr("“{field}” needs the layer “{layer}”.").format(
                field=self.parameterDefinition(name).description(),
                layer=self.parameterDefinition(parent).description(),
            )
            for name, parent in parents.items()
            if self.field(parameters, name, context)
            and self.parameterAsSource(parameters, parent, context) is None
        ]

    def frame(self, parameters, name, context, feedback, *, like=None):
        """Return a layer input as a GeoDataFrame (None where it is not given), in the CRS of another."""
        from ..adapters import crs_to_qgis, frame_of

        source = self.parameterAsSource(parameters, name, context)
        if source is None:
            return None
        frame = frame_of(source, feedback, self._ways.get(name))
        self._refuse_misplaced(name, frame)
        frame = self._with_numbers(name, frame, parameters, context)
        if like is not None and frame.crs != like.crs:
            feedback.pushInfo(
                tr("“{input}”: reprojected from {old} to {new}.").format(
                    input=self.parameterDefinition(name).description(),
                    old=source.sourceCrs().authid() or source.sourceCrs().description(),
                    new=crs_to_qgis(like.crs).authid() or like.crs.name,
                )
            )
            frame = frame.to_crs(like.crs)
        return frame

    def _with_numbers(self, name, frame, parameters, context):
        """Return the frame with numbers where fields must hold them; explain a field that cannot."""
        import pandas as pd

        numeric = QgsProcessingParameterField.DataType.Numeric
        for one in self.parameterDefinitions():
            if (
                not isinstance(one, QgsProcessingParameterField)
                or one.parentLayerParameterName() != name
                or one.dataType() != numeric
            ):
                continue
            for field in self.parameterAsFields(parameters, one.name(), context):
                if frame[field].dtype.kind in "biuf":
                    continue
                numbers = pd.to_numeric(frame[field], errors="coerce")
                wrong = frame.loc[numbers.isna() & frame[field].notna(), field]
                if len(wrong):
                    raise QgsProcessingException(
                        tr(
                            "“{input}”: the field “{field}” holds no numbers (as “{value}”). Remedy: "
                            "choose another, or make one of numbers with the field calculator."
                        ).format(input=one.description(), field=field, value=wrong.iloc[0])
                    )
                frame[field] = numbers
        return frame

    def _refuse_misplaced(self, name, frame) -> None:
        """Explain features without geometry and degrees in a layer of metres, in QGIS's own terms."""
        said = self.parameterDefinition(name).description()
        bare = frame.index[frame.geometry.isna() | frame.geometry.is_empty]
        if len(bare):
            raise QgsProcessingException(
                tr(
                    "“{input}”: {n} features have no geometry (feature ids {ids}). "
                    "Remedy: run “Remove null "
                    "geometries” of the Processing toolbox first, or select the "
                    "others and use only them."
                ).format(input=said, n=len(bare), ids=", ".join(map(str, bare[:5])))
            )
        west, south, east, north = frame.total_bounds
        small = max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90
        if frame.crs is not None and frame.crs.is_projected and small and east > west:
            raise QgsProcessingException(
                tr(
                    "“{input}”: its coordinate system is in metres but the "
                    "coordinates look like degrees. "
                    "Remedy: set the layer's coordinate system to EPSG:4326."
                ).format(input=said)
            )

    def workfile_faults(self, parameters, name, context) -> list:
        """Return what is wrong with the working file given as input."""
        path = self.parameterAsFile(parameters, name, context)
        if path and not path.endswith(".work.gpkg"):
            return [
                tr(
                    "“{input}”: {path} is no working file of sialgeo. Remedy: give "
                    "the *.work.gpkg that “Detect "
                    "concentrations” wrote."
                ).format(input=self.parameterDefinition(name).description(), path=path)
            ]
        return []

    def field(self, parameters, name, context):
        """Return the field chosen, None where none is."""
        return next(iter(self.parameterAsFields(parameters, name, context)), None)

    def text(self, parameters, name, context):
        """Return a text, None where it is empty."""
        return self.parameterAsString(parameters, name, context).strip() or None

    def write_table(self, table, parameters, name, context, feedback):
        """Write a DataFrame to an output table without geometry; return its id."""
        import geopandas as gpd

        bare = gpd.GeoDataFrame(table, geometry=[None] * len(table))
        return self.write(bare, parameters, name, context, feedback, geometry="NoGeometry")

    def write(self, frame, parameters, name, context, feedback, *, geometry):
        """Write a GeoDataFrame to an output layer; return its id, None where it is not asked for."""
        from ..adapters import crs_to_qgis, fields_of, fill, wkb_type

        multi = geometry.startswith("Multi")
        sink, layer_id = self.parameterAsSink(
            parameters, name, context, fields_of(frame), wkb_type(geometry), crs_to_qgis(frame.crs)
        )
        if sink is None:
            return None
        fill(sink, frame, feedback, multi=multi)
        del sink
        return layer_id


def names_in(text) -> list:
    """Return the names of a text like A, B; none where it is empty."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def named_lists(text) -> dict:
    """Return the lists of a text like North = 1, 3; South = 2, 4; those without a sign are left empty."""
    parts = [part.partition("=") for part in (text or "").split(";") if part.strip()]
    return {name.strip(): names_in(members) for name, _sign, members in parts}


def _geometry(wkb_type) -> int:
    from qgis.core import QgsWkbTypes

    kind = QgsWkbTypes.geometryType(wkb_type)
    return int(getattr(kind, "value", kind))


POINT, LINE, POLYGON = 0, 1, 2
_NAMES_OF = {
    POINT: lambda: tr("points"),
    LINE: lambda: tr("lines"),
    POLYGON: lambda: tr("polygons"),
    3: lambda: tr("unknown geometries"),
    4: lambda: tr("no geometries"),
}
_REMEDIES = {
    POINT: lambda: tr(
        "Remedy: give the layer of the producers themselves; polygons with counts go "
        "in as the reference."
    ),
    LINE: lambda: "",
    POLYGON: lambda: tr("Remedy: give the layer of districts or municipalities."),
}
