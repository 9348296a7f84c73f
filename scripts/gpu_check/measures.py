"""How far two sets of maps are apart."""

import numpy as np

Maps = dict[str, np.ndarray]


def largest_difference(found: Maps, expected: Maps) -> float:
    """1: the whole range of a map."""
    return max(float(np.abs(found[name] - expected[name]).max()) for name in _names(found, expected))


def smallest_correlation(found: Maps, expected: Maps) -> float:
    return min(float(np.corrcoef(found[name].ravel(), expected[name].ravel())[0, 1])
               for name in _names(found, expected))


def _names(found: Maps, expected: Maps) -> list[str]:
    if not expected or found.keys() != expected.keys():
        raise ValueError(f"maps of {sorted(found)} and of {sorted(expected)} cannot be compared")
    return sorted(expected)
