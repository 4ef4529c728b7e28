"""Expected values of models/metrics: /usr/bin/python3 metrics.py > metrics.json (scikit-learn 1.2.1)."""
import json

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    log_loss,
    roc_auc_score,
)

rng = np.random.default_rng(7)


def case(rows, classes, decimals):
    """Rounded scores make ties; the rounding error is put right by dividing by the sum."""
    truth = rng.integers(0, classes, rows)
    raw = rng.random((rows, classes)) + 0.6 * np.eye(classes)[truth] * rng.random((rows, 1))
    raw = np.round(raw, decimals) + 0.01
    probability = raw / raw.sum(axis=1, keepdims=True)
    predicted = probability.argmax(axis=1)
    positive = (truth == classes - 1).astype(int)
    score = probability[:, -1]
    observed, mean = calibration_curve(positive, score, n_bins=8, strategy="quantile")
    return {
        "truth": truth.tolist(),
        "probability": probability.ravel().tolist(),
        "classes": classes,
        "expected": {
            "confusion": confusion_matrix(truth, predicted, labels=range(classes)).ravel().tolist(),
            "accuracy": accuracy_score(truth, predicted),
            "macroF1": f1_score(truth, predicted, average="macro", zero_division=0),
            "rocAuc": roc_auc_score(positive, score),
            "rocAucOneVersusRest": roc_auc_score(truth, probability, multi_class="ovr", average="macro")
            if classes > 2
            else roc_auc_score(truth, probability[:, 1]),
            "averagePrecision": average_precision_score(positive, score),
            "brier": brier_score_loss(positive, score),
            "logLoss": log_loss(truth, probability, labels=range(classes)),
            "calibration": {"observed": observed.tolist(), "mean": mean.tolist()},
        },
    }


cases = {"three classes": case(200, 3, 3), "many ties": case(150, 3, 1), "two classes": case(80, 2, 2)}
print(json.dumps(cases))
