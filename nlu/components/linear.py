"""One hyperplane a class: the linear half of the classifier, fitted by scikit-learn's `LinearSVC`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

TOLERANCE = 1e-2
"""At 1e-4 the same sentences are recognised and training takes three times as long."""


def fit(matrix: Any, targets: npt.NDArray[np.int64], regularisation: float, seed: int) -> tuple[Floats, Floats]:
    """Weights (features x classes) and bias of squared hinge losses, rare classes counting as much as frequent ones.

    `matrix` is sparse (samples x features); `targets` holds each class from 0 on. The larger `regularisation` (the
    SVM's C), the closer to the examples.
    """
    from sklearn.svm import LinearSVC

    svm = LinearSVC(C=regularisation, class_weight="balanced", random_state=seed, max_iter=5000, tol=TOLERANCE)
    svm.fit(matrix, targets)
    coefficients, intercepts = svm.coef_, svm.intercept_
    if len(coefficients) == 1:
        # Of two classes scikit-learn keeps only the plane of the second.
        coefficients, intercepts = np.vstack([-coefficients, coefficients]), np.hstack([-intercepts, intercepts])
    return np.ascontiguousarray(coefficients.T, dtype=np.float32), intercepts.astype(np.float32)
