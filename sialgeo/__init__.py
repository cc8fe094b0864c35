"""sialgeo: find, test, describe and map geographic concentrations of rural agro-industry.

This is the table of contents. Names are loaded when first used, so ``import sialgeo`` is light::

    producers = sialgeo.read_producers("queserias.csv")
    farms     = sialgeo.read_reference("fincas.gpkg")
    detector  = sialgeo.RelativeDBSCAN(radius=5_000)
    found     = sialgeo.detect(producers, detector, reference=farms)
    found     = sialgeo.assess(found, detector=detector, reference=farms)
    found     = sialgeo.overlay(found, districts, columns=["idh_2019"])
    sialgeo.export(found, "mapa.html")
"""

from __future__ import annotations

from sialgeo.lazy import names_of

__version__ = "0.1.0"

_HOME = {
    # the two tables, and what they are made of
    "Concentrations": "model",
    "Context": "model",
    "Detector": "model",
    "Indicator": "model",
    "Publication": "model",
    "Raster": "model",
    "Step": "model",
    "TestResult": "model",
    "Reference": "references",
    # reading
    "read_chains": "readers",
    "read_producers": "readers",
    "write_producers": "readers",
    "read_reference": "readers",
    "read_territories": "readers",
    "read_indicators": "readers",
    "read_description": "readers",
    "read_places": "readers",
    "read_raster": "readers",
    "read_concentrations": "workfile",
    "SialTables": "tables",
    "read_tables": "readers",
    "check_tables": "readers",
    "write_template": "tables",
    "write_xlsform": "tables",
    "check_producers": "triage",
    "select_cases": "triage",
    "load_sample": "samples",
    # detecting and testing
    "detect": "detection",
    "detector_of": "methods",
    "RelativeDBSCAN": "detection",
    "DBSCAN": "detection",
    "HDBSCAN": "detection",
    "OPTICS": "detection",
    "SpatialScan": "scans",
    "scan_areas": "scans",
    "scan_chains": "scans",
    "scan_producers": "scans",
    "Clusterer": "pools",
    "assess": "significance",
    "agreement": "robustness",
    "confirm": "evidence",
    "gather_evidence": "evidence",
    "Chains": "chains",
    "detect_chains": "chains",
    "hot_spots": "hotspots",
    "Colocation": "colocation",
    "colocation_quotient": "colocation",
    "local_colocation": "colocation",
    "DistanceFunction": "distances",
    "cross_k": "distances",
    "kd_function": "distances",
    "m_function": "distances",
    "Association": "association",
    "AssociationTest": "association",
    "Autocorrelation": "association",
    "Contrast": "association",
    "ContrastRow": "association",
    "Division": "association",
    "LocalAssociation": "association",
    "SpatialRegression": "association",
    "associate": "association",
    "associations_of": "association",
    "bivariate_classes": "association",
    "bivariate_map": "association",
    "contrast": "association",
    "local_association": "association",
    "moran": "association",
    "spatial_regression": "association",
    "AlkireFoster": "indicators",
    "alkire_foster": "indicators",
    "change": "indicators",
    "check_indicators": "indicators",
    "ConcentrationIndex": "indicators",
    "concentration_index": "indicators",
    "coneval_classes": "indicators",
    "former_hdi": "indicators",
    "hdi": "indicators",
    "hdi_band": "indicators",
    "quantile_classes": "indicators",
    "RadiusEvidence": "radii",
    "RadiusGuide": "radii",
    "evidence_by_radius": "radii",
    "suggest_radius": "radii",
    "relative_risk_surface": "surfaces",
    "Surface": "surfaces",
    "verify": "verification",
    "estimate": "robustness",
    "stability": "robustness",
    # describing
    "profile": "profiling",
    "agglomeration_indices": "specialisation",
    "location_quotient": "specialisation",
    "capability_gaps": "typology",
    "classify": "typology",
    "distritos_air": "typology",
    "trade_exposure": "trade",
    "field_questions": "guide",
    "guide_phases": "guide",
    "Thresholds": "typology",
    "Typology": "typology",
    "describe_indicators": "descriptions",
    "catchment_areas": "linkages",
    "link": "linkages",
    "Comparison": "comparison",
    "compare": "comparison",
    "prioritise": "priorities",
    "quotients_by_territory": "specialisation",
    "join_indicators": "overlays",
    "overlay": "overlays",
    "interpolate_areas": "overlays",
    "catchment_rings": "overlays",
    "pycnophylactic_surface": "overlays",
    "zonal_statistics": "overlays",
    # handing on
    "protect": "disclosure",
    "protect_surface": "disclosure",
    "export": "exporters",
    "read_publication": "exporters.published",
    "fact_sheet": "exporters.dossier",
    "methods_text": "exporters.dossier.paragraph",
    "export_all": "exporters",
    "figure": "exporters.figures",
    "save": "workfile",
    "Study": "study",
    # languages and errors
    "set_language": "i18n",
    "Cancelled": "errors",
    "CRSError": "errors",
    "FileError": "errors",
    "MissingDependencyError": "errors",
    "NotEnoughMemoryError": "memory",
    "ParameterError": "errors",
    "SchemaError": "errors",
    "SialgeoError": "errors",
}

__all__ = ["__version__", *sorted(_HOME)]  # noqa: PLE0604  (names of _HOME are strings)


__getattr__ = names_of(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
