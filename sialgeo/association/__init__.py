"""Association: do producers stand in poorer places than chance and smoothness explain?

``associate`` tests it over areas, a grid or whole footprints, at more than one division of the
territory; ``moran`` and ``local_association`` describe one map or two together; ``bivariate_classes``
makes the 3 × 3 classes of a map of both. The verdict is never stronger than the test.
"""

from sialgeo.association.local import (
    Autocorrelation,
    LocalAssociation,
    bivariate_classes,
    local_association,
    moran,
)
from sialgeo.association.result import Association, Division
from sialgeo.association.testing import AssociationTest, associate

__all__ = [
    "Association",
    "AssociationTest",
    "Autocorrelation",
    "Division",
    "LocalAssociation",
    "associate",
    "bivariate_classes",
    "local_association",
    "moran",
]
