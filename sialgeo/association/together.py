"""Two columns in one layer: their 3 × 3 classes, and where they go together around each area."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sialgeo.association.local import (
    SUPPRESSED,
    bivariate_classes,
    local_association,
)

if TYPE_CHECKING:
    import geopandas as gpd

OF_LOCAL = ("statistic", "p_value", "p_fdr", "class")  # of ``local_association``
LOCAL = "local_"  # before their names in the joint layer


def bivariate_map(
    territories: gpd.GeoDataFrame,
    x: str,
    y: str,
    *,
    population: str,
    suppressed: str | None = None,
    **local: Any,
) -> gpd.GeoDataFrame:
    """Return one layer with the 3 × 3 classes of two columns and their local association.

    Parameters
    ----------
    territories : GeoDataFrame of polygons
    x, y, population, suppressed
        As for :func:`bivariate_classes`.
    **local
        ``statistic``, ``neighbours``, ``k``, ``replicates``, ``seed``, ``level``, as for
        :func:`local_association`; suppressed areas take no part in it.

    Returns
    -------
    GeoDataFrame
        A copy with ``x_class``, ``y_class``, ``class`` (3 × 3) and ``local_statistic``,
        ``local_p_value``, ``local_p_fdr``, ``local_class``. ``attrs`` has ``breaks``, ``global`` (the
        whole map's statistic and p) and ``notes``.

    Raises
    ------
    CRSError, SchemaError, ParameterError
        As the two functions raise them.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from shapely.geometry import box
    >>> cells = gpd.GeoDataFrame(geometry=[box(i, j, i + 1, j + 1) for i in range(6) for j in range(6)], crs=32717)
    >>> cells["hdi"] = np.repeat(np.arange(6.0), 6) / 10
    >>> found = bivariate_map(cells.assign(poor=100 - 100 * cells.hdi, people=10), "hdi", "poor", population="people")
    >>> found["class"].iloc[0], round(found.attrs["global"]["statistic"], 2)
    ('1-3', -0.69)
    """
    answer = bivariate_classes(territories, x, y, population=population, suppressed=suppressed)
    hidden = (answer["class"] == SUPPRESSED).to_numpy()
    seen = territories
    if hidden.any():
        seen = territories.assign(**{c: territories[c].astype(float).mask(hidden) for c in (x, y)})
    found = local_association(seen, x, y, **local)
    for name in OF_LOCAL:
        answer[LOCAL + name] = found[name].to_numpy()
    answer[LOCAL + "class"] = np.where(hidden, SUPPRESSED, answer[LOCAL + "class"])
    answer.attrs |= {"global": found.attrs["global"], "notes": found.attrs["notes"]}
    return answer
