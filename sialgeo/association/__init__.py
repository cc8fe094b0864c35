"""Association: do producers stand in poorer places than chance and smoothness explain?

``associate`` tests it over areas, a grid or whole footprints, at more than one division of the
territory; ``moran`` and ``local_association`` describe one map or two together; ``bivariate_classes``
makes the 3 × 3 classes of a map of both, and ``bivariate_map`` puts both in one layer;
``spatial_regression`` regresses one on others with the dependence between neighbours in the model;
``contrast`` holds one group of territories against the rest. The verdict is never stronger than the
test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sialgeo.lazy import names_of

if TYPE_CHECKING:
    from sialgeo.association.asked import AssociationTest, LocalAssociation
    from sialgeo.association.contrasts import Contrast, ContrastRow, contrast
    from sialgeo.association.local import (
        Autocorrelation,
        bivariate_classes,
        local_association,
        moran,
    )
    from sialgeo.association.regression import SpatialRegression, spatial_regression
    from sialgeo.association.result import Association, Division, associations_of
    from sialgeo.association.testing import associate
    from sialgeo.association.together import bivariate_map

# writers, the command line and QGIS read answers and parameters; what computes them is loaded when used
_HOME = {
    "Association": "result",
    "AssociationTest": "asked",
    "Autocorrelation": "local",
    "Contrast": "contrasts",
    "ContrastRow": "contrasts",
    "Division": "result",
    "LocalAssociation": "asked",
    "SpatialRegression": "regression",
    "associate": "testing",
    "associations_of": "result",
    "bivariate_classes": "local",
    "bivariate_map": "together",
    "contrast": "contrasts",
    "local_association": "local",
    "moran": "local",
    "spatial_regression": "regression",
}

__getattr__ = names_of(__name__, _HOME)

__all__ = [
    "Association",
    "AssociationTest",
    "Autocorrelation",
    "Contrast",
    "ContrastRow",
    "Division",
    "LocalAssociation",
    "SpatialRegression",
    "associate",
    "associations_of",
    "bivariate_classes",
    "bivariate_map",
    "contrast",
    "local_association",
    "moran",
    "spatial_regression",
]
