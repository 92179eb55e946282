"""A network of one hidden layer over sparse features: the other half of the classifier, trained by numpy alone.

It sums a vector for each feature, as fastText does (Joulin et al. 2016, "Bag of Tricks for Efficient Text
Classification"), then rectifies and separates. AdaGrad (Duchi et al. 2011) with one step size a feature touches only
what a batch contains, so a vocabulary of a hundred thousand pieces trains in seconds. Features and hidden units are
dropped at random (Srivastava et al. 2014), since short texts hang on single words otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

EPOCHS = 8
BATCH = 32
RATE = 0.05
DROPPED_FEATURES, DROPPED_UNITS = 0.3, 0.3
START = 0.1
"""Spread of the features' vectors before training."""
FIRST_SQUARE = 1e-3
"""What AdaGrad's sums of squares begin at, so that the first steps are no leaps."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Network:
    """Weights: `vectors` (features x units), `bias` (units), `out` (units x classes), `out_bias` (classes)."""

    vectors: Floats
    bias: Floats
    out: Floats
    out_bias: Floats


def fit(matrix: Any, targets: npt.NDArray[np.int64], units: int, seed: int, copied: float = 0.0) -> Network:
    """Train by cross-entropy, rare classes counting more than frequent ones; the same input gives the same network.

    `matrix` is a `csr_matrix` (samples x features, float32); `targets` holds each class from 0 on. With `copied` above
    0 the matrix has as many rows again, the samples written otherwise: each epoch reads a sample so with that chance.
    """
    random = np.random.RandomState(seed)
    weights = class_weights(targets)
    classes = len(weights)
    samples, features = len(targets), matrix.shape[1]
    if copied:
        targets = np.tile(targets, 2)
    vectors = random.standard_normal((features, units)).astype(np.float32) * np.float32(START)
    out = (random.standard_normal((units, classes)) / np.sqrt(units)).astype(np.float32)
    bias, out_bias = np.zeros(units, np.float32), np.zeros(classes, np.float32)
    squares = np.full(features, FIRST_SQUARE, np.float32)
    rest = [(out, np.full_like(out, FIRST_SQUARE)), (bias, np.full_like(bias, FIRST_SQUARE))]
    rest.append((out_bias, np.full_like(out_bias, FIRST_SQUARE)))

    for epoch in range(EPOCHS):
        rate = np.float32(RATE * (1 - epoch / EPOCHS))
        order = random.permutation(samples)
        if copied:
            order = order + samples * (random.random_sample(samples) < copied)
        for begin in range(0, samples, BATCH):
            chosen = order[begin : begin + BATCH]
            columns, values = _dense(matrix[chosen], random)
            hidden = np.maximum(values @ vectors[columns] + bias, 0)
            kept = (random.random_sample(hidden.shape) >= DROPPED_UNITS).astype(np.float32) / (1 - DROPPED_UNITS)
            dropped = hidden * kept
            slope = softmax(dropped @ out + out_bias)
            slope[np.arange(len(chosen)), targets[chosen]] -= 1
            slope *= weights[targets[chosen], None]
            back = (slope @ out.T) * kept * (hidden > 0)
            gradients = (dropped.T @ slope, back.sum(0), slope.sum(0))
            for (parameter, seen), gradient in zip(rest, gradients, strict=True):
                seen += gradient * gradient
                parameter -= rate * gradient / np.sqrt(seen)
            gradient = values.T @ back
            squares[columns] += np.einsum("ij,ij->i", gradient, gradient) / units
            vectors[columns] -= gradient * (rate / np.sqrt(squares[columns]))[:, None]
    return Network(vectors, bias, out, out_bias)


def class_weights(targets: npt.NDArray[np.int64]) -> Floats:
    """One weight a class, 1 on average over the samples: the root of what would make all classes count the same."""
    roots = 1 / np.sqrt(np.bincount(targets))
    weights: Floats = (roots / roots[targets].mean()).astype(np.float32)
    return weights


def _dense(batch: Any, random: np.random.RandomState) -> tuple[npt.NDArray[np.int64], Floats]:
    """The columns that a batch has, and its values in them, some features dropped."""
    columns, places = np.unique(batch.indices, return_inverse=True)
    values = np.zeros((batch.shape[0], len(columns)), np.float32)
    kept = (random.random_sample(len(batch.data)) >= DROPPED_FEATURES) / np.float32(1 - DROPPED_FEATURES)
    values[np.repeat(np.arange(batch.shape[0]), np.diff(batch.indptr)), places] = batch.data * kept
    return columns, values


def softmax(logits: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The softmax of the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: npt.NDArray[Any] = raised / raised.sum(axis=-1, keepdims=True)
    return probabilities
