"""Weights in eight bits, and the smoothing that makes their inputs fit for eight bits.

Smoothing is that of Xiao et al. 2023 (SmoothQuant): an input that is far larger than the others would cost all of them
their precision, so it is divided by a number by which the weights it meets are multiplied.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_HIGHEST = 63
"""Of a weight's code. With 127, processors without VNNI (before 2019, roughly) would overflow 16 bits where they add
two products of an unsigned and a signed byte; with 63 every processor gives the same sum."""
_SHARE = 0.65
"""Of a range that moves from the inputs into the weights: measured best of 0.3 to 0.8 on all-MiniLM-L6-v2."""
_STEPS = 4
_LEAST = np.float32(1e-5)


def round_rows(weight: Floats, highest: int = _HIGHEST) -> tuple[NDArray[np.int8], Floats]:
    """Codes (rows × columns) and a scale a row: ``codes[i] * scales[i]`` stands for ``weight[i]``."""
    scales = _scales(np.abs(weight).max(axis=1), highest)
    return np.clip(np.rint(weight / scales[:, None]), -highest, highest).astype(np.int8), scales


def outliers(largest: Floats, count: int) -> NDArray[np.int64]:
    """The values that reach furthest, in ascending order, if without them the range is less than half; else none.

    Like the divisors of ``smoothing_of``, magnitudes count in quarters of powers of two; of equal ones, the first.

    Args:
        largest: magnitude of each value on some texts.
        count: how many, where there are any; less than there are values.
    """
    steps = np.rint(np.log2(np.maximum(largest, _LEAST)) * _STEPS)
    order = np.argsort(-steps, kind="stable")
    far = steps[order[0]] - steps[order[count]] > _STEPS
    return np.sort(order[: count if far else 0])


def smoothing_of(inputs: Floats, weight: Floats) -> Floats:
    """Divisors of the inputs of a dense layer, of geometric mean about 1.

    They are powers of two with quarters as exponents, so that machines whose float sums differ in the last bit find
    the same.

    Args:
        inputs: (columns) largest magnitude of each input on some texts.
        weight: (rows × columns) of the layer.
    """
    exponents = _SHARE * np.log2(np.maximum(inputs, _LEAST))
    exponents -= (1 - _SHARE) * np.log2(np.maximum(np.abs(weight).max(axis=0), _LEAST))
    steps = np.rint((exponents - exponents.mean()) * _STEPS) / _STEPS
    return np.asarray(np.exp2(steps), np.float32)


def _scales(ends: Floats, highest: int) -> Floats:
    return np.asarray(np.where(ends > 0, ends / highest, 1), np.float32)
