"""Calibration of margins: so that what a model says with p comes true in a share p of events."""

from __future__ import annotations

import numpy as np

from reco_core.icecube.classification.learned import softmax
from reco_core.icecube.pulse_batch import FloatArray, IntArray


def fitted_calibration(margins: FloatArray, number: IntArray) -> dict[str, float | list[float]]:
    """Scale and offsets for least log loss of softmax(scale * margin + offset).

    margins : (N, classes) of events not trained on.  number : (N,) what they are.
    """
    from scipy.optimize import minimize

    n_classes = margins.shape[1]
    truth = np.eye(n_classes)[number]

    def loss(given: FloatArray) -> tuple[float, FloatArray]:
        p = softmax(given[0] * margins + given[1:])
        off = (p - truth) / len(number)
        of_truth = np.maximum(p[truth > 0], np.finfo(np.float64).tiny)
        slope = np.concatenate(([(off * margins).sum()], off.sum(axis=0)))
        return float(-np.log(of_truth).mean()), slope

    found = minimize(loss, np.array([1.0, *np.zeros(n_classes)]), jac=True, method="BFGS").x
    offset = found[1:] - found[1:].mean()  # the same to all changes nothing
    return {"scale": float(found[0]), "offset": [float(value) for value in offset]}
