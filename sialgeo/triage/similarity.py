"""How alike two names are."""

from __future__ import annotations


def jaro_winkler(a: str, b: str) -> float:
    """Return how alike two texts are, from 0 to 1, by Jaro and Winkler.

    References
    ----------
    Winkler, W. E. (1990), String comparator metrics and enhanced decision rules in the
    Fellegi–Sunter model of record linkage. Proceedings of the Section on Survey Research Methods,
    American Statistical Association: 354–359. The three pairs below are its classic examples.

    Examples
    --------
    >>> [round(jaro_winkler(*pair), 3) for pair in (
    ...     ("MARTHA", "MARHTA"), ("DWAYNE", "DUANE"), ("DIXON", "DICKSONX"))]
    [0.961, 0.84, 0.813]
    """
    if a == b:
        return 1.0
    reach = max(max(len(a), len(b)) // 2 - 1, 0)
    taken = [False] * len(b)
    matched = []
    for i, letter in enumerate(a):
        for j in range(max(0, i - reach), min(len(b), i + reach + 1)):
            if not taken[j] and b[j] == letter:
                taken[j] = True
                matched.append(letter)
                break
    n = len(matched)
    if n == 0:
        return 0.0
    others = [letter for letter, held in zip(b, taken, strict=True) if held]
    moved = sum(x != y for x, y in zip(matched, others, strict=True)) / 2
    jaro = (n / len(a) + n / len(b) + (n - moved) / n) / 3
    prefix = 0
    for x, y in zip(a[:4], b[:4], strict=False):
        if x != y:
            break
        prefix += 1
    return jaro + prefix * 0.1 * (1 - jaro)
