"""The tables of a SIAL study, declared once.

Reader, validator, template workbook, field form and documentation page follow from this declaration.
Names are Spanish in snake_case; the English alias is accepted wherever the Spanish name is.
"""

from __future__ import annotations

from collections.abc import Mapping

from sialgeo.i18n import N_, plain
from sialgeo.model import RESOURCE_WORDS, THREAT_WORDS
from sialgeo.tables.fields import Choice, Field, Table

# --- closed lists ---------------------------------------------------------------------------------
LINKS: tuple[Choice, ...] = (  # eslabones, upstream first; S stands beside the chain
    Choice("0", "input", N_("inputs"), ("insumo",)),
    Choice("1", "primary_production", N_("primary production"), ("prod_primaria", "produccion_primaria")),
    Choice("2", "first_processing", N_("first processing"), ("primera_transf", "primera_transformacion")),
    Choice("3", "processing", N_("processing"), ("transf", "transformacion")),
    Choice("4", "collection_trade", N_("collection and trade"), ("acopio_comercio", "acopio", "comercio")),
    Choice("5", "sale", N_("sale"), ("venta",)),
    Choice("S", "service", N_("services and support"), ("servicio", "servicios", "services")),
)  # fmt: skip
RAW_MATERIAL = "1"
SERVICE = "S"

ACTOR_KINDS = (
    Choice("productor_mp", "raw_material_producer", N_("producer of raw material")),
    Choice("primera_transformacion", "first_processor", N_("first processor")),
    Choice("transformador", "processor", N_("processor")),
    Choice("acopiador", "collector", N_("collector")),
    Choice("comerciante", "trader", N_("trader")),
    Choice("transportista", "carrier", N_("carrier")),
    Choice("proveedor", "supplier", N_("supplier of inputs")),
    Choice("institucion", "institution", N_("institution")),
    Choice("servicio", "service", N_("service")),
)
_GEOCODED = (
    Choice("gps", "gps", N_("GPS")),
    Choice("domicilio", "address", N_("address")),
    Choice("centroide_localidad", "settlement_centroid", N_("centre of the settlement")),
    Choice("centroide_distrito", "district_centroid", N_("centre of the district")),
)
UNITS_OF_VOLUME = (
    Choice("kg", "kilogram", N_("kilogram"), ("kilo", "kilos", "kilogramo", "kilogramos")),
    Choice("t", "tonne", N_("tonne"), ("tonelada", "toneladas", "tm")),
    Choice("lb", "pound", N_("pound"), ("libra", "libras")),
    Choice("qq", "quintal_100_lb", N_("quintal of 100 pounds (46 kg)"), ("quintal_46_kg",)),
    Choice("qqm", "quintal_100_kg", N_("metric quintal (100 kg)"), ("quintal_metrico",)),
    Choice("L", "litre", N_("litre"), ("litro", "litros", "lt", "lts")),
    Choice("m3", "cubic_metre", N_("cubic metre"), ("metro_cubico",)),
    Choice("pieza", "piece", N_("piece"), ("unidad", "unidades", "piezas", "moldes")),
)
PERIODS = (
    Choice("dia", "day", N_("day"), ("diario", "daily")),
    Choice("semana", "week", N_("week"), ("semanal", "weekly")),
    Choice("quincena", "fortnight", N_("fortnight"), ("quincenal",)),
    Choice("mes", "month", N_("month"), ("mensual", "monthly")),
    Choice("anio", "year", N_("year"), ("ano", "anual", "yearly")),
    Choice("campania", "season", N_("season"), ("campana", "zafra", "cosecha")),
)
ORGANISATION_KINDS = (
    Choice("asociacion", "association", N_("association")),
    Choice("cooperativa", "cooperative", N_("cooperative")),
    Choice("comite", "committee", N_("committee")),
    Choice("coordinadora", "platform", N_("platform of several actors")),
    Choice("ong", "ngo", N_("NGO")),
    Choice("publica", "public", N_("public institution")),
    Choice("gremio", "guild", N_("guild")),
)
INSTITUTIONS = ("publica", "ong")  # the kinds of organisation that support a chain from beside it
_ACTION_FORMS = (
    Choice("marca_colectiva", "collective_mark", N_("collective mark")),
    Choice("sello", "seal", N_("seal")),
    Choice("ig_do", "gi", N_("geographical indication or designation of origin"), ("ig", "do")),
    Choice("norma_calidad", "quality_norm", N_("quality norm")),
    Choice("venta_conjunta", "joint_selling", N_("joint selling")),
    Choice("compra_conjunta", "joint_buying", N_("joint buying")),
    Choice("asistencia", "assistance", N_("assistance")),
    Choice("promocion_turismo", "tourism_promotion", N_("promotion of tourism")),
    Choice("credito", "credit", N_("credit")),
)
CONFIDENCE = (  # the strongest evidence first
    Choice("documentada", "documented", N_("documented")),
    Choice("declarada", "declared", N_("declared")),
    Choice("supuesta", "assumed", N_("assumed")),
)
_STATES = (
    Choice("vigente", "in_force", N_("in force")),
    Choice("terminada", "ended", N_("ended"), ("terminado", "finalizada", "inactiva")),
    Choice("suspendida", "suspended", N_("suspended")),
    Choice("proyectada", "planned", N_("planned"), ("planeada",)),
)
ENDED_STATES = ("terminada", "suspendida")
PLANNED = "proyectada"
STRUCTURAL, FUNCTIONAL = "estructural", "funcional"
ACTS_ALONE = "miembros_actuan_individualmente"
TOPICS = (
    Choice("organizacion", "organisation", N_("organisations")),
    Choice("accion_colectiva", "collective_action", N_("collective action")),
    Choice("recursos", "resources", N_("specific resources"), ("recurso", "recursos_especificos")),
    Choice("capacidades", "capabilities", N_("capabilities"), ("capacidad",)),
    Choice("flujos", "flows", N_("flows"), ("flujo",)),
)
_THREATS = tuple(
    Choice(code, english, THREAT_WORDS[code])
    for code, english in (
        ("importaciones", "imports"),
        ("transnacional", "transnational"),
        ("comprador_global", "global_buyer"),
        ("exigencia_consumidor", "consumer_demand"),
        ("fraude", "fraud"),
        ("saturacion", "saturation"),
        ("norma", "regulation"),
        ("clima", "climate"),
        ("politica", "policy"),
        (ACTS_ALONE, "members_act_individually"),
    )
)
_RESOURCES = tuple(
    Choice(code, english, RESOURCE_WORDS[code])
    for code, english in (
        ("natural", "natural"),
        ("patrimonial", "heritage"),
        ("saber_hacer", "know_how"),
        ("organizacional", "organisational"),
        ("producto_tipico", "typical_product"),
    )
)

# --- columns that several tables share ------------------------------------------------------------
_SOURCE = Field("fuente", "source", N_("Where the row is from"))
_NOTE = Field("nota", "note", N_("Remark"), also=("descripcion", "description"))
_CONFIDENCE = Field(
    "confianza",
    "confidence",
    N_("How well the row is known; empty: documented where a source is named, else declared"),
    "choice",
    choices=CONFIDENCE,
)
_SYNTHETIC = Field("sintetico", "synthetic", N_("The row is assumed or made up"), "yesno")
_EVIDENCE = Field("evidencia_url", "evidence_url", N_("Address of a document that shows it"))
_START = Field(
    "fecha_ini", "start_date", N_("Beginning: year, month or day"), "date", also=("desde", "from")
)
_END = Field("fecha_fin", "end_date", N_("End; empty: not ended"), "date", also=("hasta", "to"))
_PLACE = Field("lugar", "place", N_("Name of the place, concentration or territory"))
_CHAIN = Field("cadena", "chain", N_("Chain; empty: not tied to one"), "code", refers=("cadena",))
_LINK = Field("eslabon", "link", N_("Link of the chain"), "choice", choices=LINKS)
_PRODUCT = Field("producto", "product", N_("Product"))
_UNIT = Field(
    "unidad_vol", "volume_unit", N_("Unit of the volume"), "choice", choices=UNITS_OF_VOLUME
)
_PERIOD = Field("periodo", "period", N_("Period of the volume"), "choice", choices=PERIODS)  # fmt: skip


def _volume(help: str) -> Field:  # noqa: A002
    return Field("volumen", "volume", help, "number", ge=0)


def _id(help: str) -> Field:  # noqa: A002
    return Field("id", "id", help, "code", required=True, also=("codigo", "code"))


UNITS = Table(
    "unidad",
    "unit",
    N_("Units"),
    N_("Farms, plants, traders, carriers, suppliers and institutions, one row each, with their place"),
    (
        _id(N_("Code of the unit, used once")),
        Field("nombre", "name", N_("Name of the unit or of its holder"), restricted=True),
        Field("tipo_actor", "actor_type", N_("Kind of actor"), "choice", choices=ACTOR_KINDS),
        Field("eslabon", "link", N_("Link of the chain"), "choice", required=True, choices=LINKS),
        _CHAIN,
        _PRODUCT,
        _volume(N_("Output of the product in the period")),
        _UNIT,
        _PERIOD,
        Field("precio", "price", N_("Price received for one unit of volume"), "number", ge=0),
        Field("valor", "value", N_("Value of what is produced in a year"), "number", ge=0),
        Field("valor_consumo", "consumption_value", N_("Value of the same product that the household consumes in a year"), "number", ge=0),
        Field("gasto_total", "total_expenditure", N_("Total consumption of the household in a year"), "number", ge=0, restricted=True),
        Field("calidad", "quality", N_("Quality, in the user's own classes")),
        Field("empleo", "employment", N_("People who work in it"), "number", ge=0),
        Field("anio_inicio", "start_year", N_("Year in which it began"), "whole", ge=1500, le=2200),
        Field("formal", "formal", N_("It is registered"), "yesno"),
        Field("genero_titular", "holder_gender", N_("Gender of the holder"), "choice", choices=(
            Choice("mujer", "woman", N_("woman"), ("f", "femenino", "female")),
            Choice("hombre", "man", N_("man"), ("m", "masculino", "male")),
            Choice("mixto", "mixed", N_("several holders")),
            Choice("otro", "other", N_("other")),
        ), restricted=True),
        Field("mercado_dest", "market", N_("Main market")),
        Field("metodo_geo", "geocoding", N_("How the place was taken"), "choice", choices=_GEOCODED),
        Field("precision_m", "precision_m", N_("Precision of the place"), "number", ge=0, unit="m"),
        _SOURCE,
        Field("fecha", "date", N_("Date of the record"), "date"),
        Field("peso_exp", "survey_weight", N_("Survey weight: units that the row stands for"), "number", ge=0),
        Field("consentimiento", "consent", N_("The holder agreed to publication of the place"), "yesno", restricted=True),
    ),
    key="id",
    shape="point",
    also=("unidades", "units", "actores", "actors"),
)  # fmt: skip
REFERENCE = Table(
    "poblacion_referencia",
    "reference_population",
    N_("Reference population"),
    N_("Against what the concentration is measured: all farms, all agro-industries, population"),
    (
        Field("id", "id", N_("Code"), "code"),
        Field("tipo_referencia", "reference_type", N_("What the reference counts")),
        Field(
            "poblacion", "population", N_("How many the row stands for; empty: one"), "number", ge=0
        ),
        _SOURCE,
    ),
    shape="point",
    also=("referencia", "reference"),
)
FLOWS = Table(
    "flujo",
    "flow",
    N_("Flows"),
    N_("Who supplies whom with what, in the direction of the product"),
    (
        Field("id", "id", N_("Code of the flow"), "code"),
        Field("origen", "origin", N_("Unit that supplies"), "code", required=True, refers=("unidad",)),
        Field("destino", "destination", N_("Unit that buys; empty where only the market is known"), "code", refers=("unidad",)),
        Field("mercado", "market", N_("Market, where the buyer is no unit of the study")),
        _PRODUCT,
        _volume(N_("Volume of the flow in the period")),
        _UNIT,
        _PERIOD,
        Field("relacion", "relation", N_("Kind of relation"), "choice", choices=(
            Choice("spot", "spot", N_("spot")),
            Choice("verbal", "verbal", N_("verbal agreement")),
            Choice("contrato", "contract", N_("contract")),
            Choice("integracion", "integration", N_("integration")),
        )),
        Field("exclusividad", "exclusive", N_("The supplier sells to this buyer only"), "yesno"),
        Field("comprador_global", "global_buyer", N_("The buyer is a supermarket chain, a transnational or an exporter"), "yesno"),
        Field("venta_conjunta", "joint_sale", N_("It is sold jointly, through an organisation of the sellers; empty: not known"), "yesno"),
        Field("fecha", "date", N_("Date of the flow"), "date"),
        _SOURCE,
    ),
    also=("flujos", "flows"),
)  # fmt: skip
ORGANISATIONS = Table(
    "organizacion",
    "organisation",
    N_("Organisations"),
    N_("Associations, cooperatives, committees, platforms, NGOs, public institutions, guilds"),
    (
        _id(N_("Code of the organisation, used once")),
        Field("nombre", "name", N_("Name of the organisation")),
        Field("tipo", "type", N_("Kind of organisation"), "choice", required=True, choices=ORGANISATION_KINDS),
        _LINK,
        _START,
        _END,
        Field("ambito", "scope", N_("Where it works: place or region")),
        _CONFIDENCE,
        _SYNTHETIC,
        _EVIDENCE,
        _NOTE,
        _SOURCE,
    ),
    key="id",
    also=("organizaciones", "organisations", "organization", "organizations"),
)  # fmt: skip
MEMBERSHIPS = Table(
    "membresia_org",
    "membership",
    N_("Memberships"),
    N_("Which unit or organisation belongs to which organisation, and since when"),
    (
        Field("miembro", "member", N_("Unit or organisation that is a member"), "code", required=True, refers=("unidad", "organizacion")),
        Field("clase_miembro", "member_kind", N_("What the member is"), "choice", choices=(
            Choice("unidad", "unit", N_("a unit")),
            Choice("organizacion", "organisation", N_("an organisation"), ("organization",)),
        )),
        Field("org", "organisation", N_("Organisation it belongs to"), "code", required=True, refers=("organizacion",), also=("organizacion",)),
        Field("desde", "since", N_("Beginning: year, month or day"), "date", also=("fecha_ini",)),
        Field("hasta", "until", N_("End; empty: still a member"), "date", also=("fecha_fin",)),
        _LINK,
        _CONFIDENCE,
        _SYNTHETIC,
        _NOTE,
        _SOURCE,
    ),
    also=("membresias", "membresia", "memberships"),
)  # fmt: skip
ACTIONS = Table(
    "accion_colectiva",
    "collective_action",
    N_("Collective actions"),
    N_("Structural: a group is created. Functional: the group builds a resource of the territory"),
    (
        Field("id", "id", N_("Code of the action"), "code"),
        Field("org", "organisation", N_("Organisation that acts"), "code", required=True, refers=("organizacion",), also=("organizacion",)),
        Field("clase", "class", N_("Class of action"), "choice", required=True, choices=(
            Choice(STRUCTURAL, "structural", N_("structural")),
            Choice(FUNCTIONAL, "functional", N_("functional")),
        )),
        Field("forma", "form", N_("Form of a functional action"), "choice", choices=_ACTION_FORMS),
        Field("recurso_id", "resource_id", N_("Specific resource it builds on"), "code", refers=("recurso_especifico",)),
        _START,
        _END,
        Field("estado", "state", N_("State; empty: in force unless ended"), "choice", choices=_STATES),
        _PLACE,
        _EVIDENCE,
        _CONFIDENCE,
        _SYNTHETIC,
        _NOTE,
        _SOURCE,
    ),
    also=("acciones_colectivas", "collective_actions"),
)  # fmt: skip
RESOURCES = Table(
    "recurso_especifico",
    "specific_resource",
    N_("Specific resources"),
    N_("Natural, heritage and produced resources that are tied to the territory"),
    (
        _id(N_("Code of the resource, used once")),
        Field("nombre", "name", N_("Name of the resource")),
        Field("clase", "class", N_("Class of resource"), "choice", required=True, choices=_RESOURCES),
        Field("estado", "state", N_("Latent, or put to work"), "choice", choices=(
            Choice("latente", "latent", N_("latent")),
            Choice("activado", "activated", N_("activated")),
        )),
        _PLACE,
        _CHAIN,
        _CONFIDENCE,
        _SYNTHETIC,
        _EVIDENCE,
        _NOTE,
        _SOURCE,
    ),
    key="id",
    also=("recursos_especificos", "specific_resources"),
)  # fmt: skip
EVENTS = Table(
    "evento",
    "event",
    N_("Events"),
    N_("Threats and turning points"),
    (
        Field("id", "id", N_("Code of the event"), "code"),
        Field("fecha", "date", N_("Date: year, month or day"), "date"),
        Field("clase", "class", N_("Class of event"), "choice", required=True, choices=_THREATS),
        _PLACE,
        _CHAIN,
        _CONFIDENCE,
        _SYNTHETIC,
        _EVIDENCE,
        _NOTE,
        _SOURCE,
    ),
    also=("eventos", "events"),
)
SURVEYED = Table(
    "levantamiento",
    "survey",
    N_("What was surveyed"),
    N_("Which topic was looked into where: without a row a topic is not assessable there"),
    (
        Field("id", "id", N_("Code"), "code"),
        Field("lugar", "place", N_("Place, concentration or territory that was surveyed"), required=True, also=("concentracion", "concentration")),
        Field("tema", "topic", N_("Topic"), "choice", required=True, choices=TOPICS),
        Field("cadena", "chain", N_("Chain that was surveyed; empty: all"), "code", refers=("cadena",)),
        Field("fecha", "date", N_("Date of the survey"), "date"),
        Field("metodo", "method", N_("Method: interviews, workshop, case study")),
        _SYNTHETIC,
        _SOURCE,
    ),
    also=("levantamientos", "surveyed", "surveys"),
)  # fmt: skip
_CAPABILITIES = (
    ("formacion", "training", N_("Training")),
    ("credito", "credit", N_("Access to credit")),
    ("participacion", "participation", N_("Participation in decisions")),
    ("autonomia", "autonomy", N_("Autonomy")),
    ("mercado", "market", N_("Access to markets")),
)
CAPABILITY_NAMES = tuple(name for name, _english, _text in _CAPABILITIES)
CAPABILITIES = Table(
    "capacidad",
    "capability",
    N_("Capabilities"),
    N_("Capabilities (Sen) of units, or of an organisation's members and of non-members"),
    (
        Field("unidad", "unit", N_("Unit"), "code", refers=("unidad",)),
        Field("org", "organisation", N_("Organisation whose members are described"), "code", refers=("organizacion",), also=("organizacion",)),
        Field("grupo", "group", N_("Whom the row describes"), "choice", choices=(
            Choice("miembros", "members", N_("members")),
            Choice("no_miembros", "non_members", N_("non-members")),
        )),
        *(Field(name, english, text, "number") for name, english, text in _CAPABILITIES),
        Field("escala", "scale", N_("Scale of the figures, as 0–1 or 1–5"), required=True),
        Field("fecha", "date", N_("Date"), "date"),
        Field("fuente", "source", N_("Where the row is from"), required=True),
    ),
    also=("capacidades", "capabilities"),
)  # fmt: skip
TERRITORIES = Table(
    "territorio",
    "territory",
    N_("Territories"),
    N_("Polygons: districts, or a territory of identity, terroir or origin given by the user"),
    (
        Field("codigo", "code", N_("Code of the territory, used once"), "code", required=True, also=("id",)),
        Field("nivel", "level", N_("Level: district, province, terroir, origin …")),
        Field("nombre", "name", N_("Name of the territory")),
        Field("poblacion", "population", N_("Inhabitants"), "number", ge=0),
        Field("rural_pct", "rural_percent", N_("Rural share of the population"), "number", ge=0, le=100, unit="%"),
        _SOURCE,
    ),
    key="codigo",
    shape="polygon",
    also=("territorios", "territories"),
)  # fmt: skip
INDICATORS = Table(
    "indicador",
    "indicator",
    N_("Indicators"),
    N_("Figures of the territories, one row each"),
    (
        Field("codigo", "code", N_("Territory"), "code", required=True, refers=("territorio",)),
        Field("nombre", "name", N_("Name of the indicator"), required=True),
        Field("valor", "value", N_("Value"), "number", required=True),
        Field("anio", "year", N_("Year"), "whole", ge=1500, le=2200),
        Field("li", "low", N_("Lower bound of its interval"), "number"),
        Field("ls", "high", N_("Upper bound of its interval"), "number"),
        Field("unidad", "unit", N_("Unit of the value")),
        Field("metodo", "method", N_("Method")),
        _SOURCE,
        Field("familia", "family", N_("Family of the indicator"), "choice", choices=(
            Choice("monetaria", "monetary", N_("monetary poverty")),
            Choice("idh", "hdi", N_("human development index")),
            Choice("capacidades", "capabilities", N_("capabilities")),
            Choice("marginacion", "marginalisation", N_("marginalisation")),
        )),
        Field("sentido", "direction", N_("Which is better; empty: as the name tells, where it does"), "choice", choices=(
            Choice("mas_es_mejor", "more_is_better", N_("more is better")),
            Choice("menos_es_mejor", "less_is_better", N_("less is better"), ("more_is_worse",)),
        )),
    ),
    also=("indicadores_largo", "indicators_long"),  # “indicadores” is the name of a wide table
)  # fmt: skip
CHAINS = Table(
    "cadena",
    "chain",
    N_("Chain templates"),
    N_("The links that a complete chain has, one row per link, with their weights"),
    (
        Field("cadena", "chain", N_("Code of the chain"), "code", required=True),
        Field("eslabon", "link", N_("Link of the chain"), "choice", required=True, choices=LINKS),
        Field("peso", "weight", N_("Weight of the link; empty: 1"), "number", ge=0),
        _NOTE,
        _SOURCE,
    ),
    also=("cadenas", "chains"),
)
TRADE = Table(
    "apertura",
    "trade_opening",
    N_("Trade opening"),
    N_("Change of price or tariff by chain or product: who is exposed, never the effect of it"),
    (
        Field("cadena", "chain", N_("Chain"), "code", refers=("cadena",)),
        _PRODUCT,
        Field("cambio_precio", "price_change", N_("Change of the producer's price, as −15 for 15 per cent less"), "number", ge=-100, unit="%"),
        Field("cambio_arancel", "tariff_change", N_("Change of the tariff in percentage points, as −20"), "number", unit="pp"),
        Field("importacion", "import_competition", N_("Imports compete with it; empty: where price or tariff fall"), "yesno"),
        Field("fecha", "date", N_("Date or year of the change"), "date"),
        Field("fuente", "source", N_("Where the row is from"), required=True),
    ),
    also=("aperturas", "trade"),
)  # fmt: skip

TABLES: tuple[Table, ...] = (
    UNITS,
    REFERENCE,
    CHAINS,
    FLOWS,
    ORGANISATIONS,
    MEMBERSHIPS,
    ACTIONS,
    RESOURCES,
    EVENTS,
    SURVEYED,
    CAPABILITIES,
    TERRITORIES,
    INDICATORS,
    TRADE,
)
BY_NAME: Mapping[str, Table] = {table.name: table for table in TABLES}
_SPELLINGS: Mapping[str, Table] = {
    plain(spelling): table
    for table in TABLES
    for spelling in (table.name, table.english, *table.also)
}


def table_named(name: str) -> Table | None:
    """Return the table that a file, sheet or layer of this name holds, or None.

    >>> table_named("Acciones colectivas").name, table_named("flows").name, table_named("notas")
    ('accion_colectiva', 'flujo', None)
    """
    return _SPELLINGS.get(plain(name))
