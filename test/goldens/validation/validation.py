"""Expected values of models/validation and the logistic regression:
/usr/bin/python3 validation.py > validation.json (scikit-learn 1.2.1, imbalanced-learn 0.10.0)."""
import json

import numpy as np
from imblearn.over_sampling import SMOTE
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

rng = np.random.default_rng(11)


def stratified():
    labels = rng.choice(3, 83, p=[0.7, 0.2, 0.1])
    folds = StratifiedKFold(5).split(np.zeros(83), labels)
    return {
        "labels": labels.tolist(),
        "classCounts": [np.bincount(labels[test], minlength=3).tolist() for _, test in folds],
    }


def grouped():
    """How evenly the reference spreads the classes over folds of unequal groups."""
    groups = rng.integers(0, 25, 300)
    labels = (rng.random(300) < 0.1 + 0.3 * (groups % 5 == 0)).astype(int)
    folds = StratifiedGroupKFold(5).split(np.zeros(300), labels, groups)
    shares = [labels[test].mean() for _, test in folds]
    return {"groups": groups.tolist(), "labels": labels.tolist(), "shareDeviation": float(np.std(shares))}


def calibration():
    score = np.round(rng.normal(size=120), 1)
    positive = (rng.random(120) < 1 / (1 + np.exp(-2 * score + 1))).astype(int)
    at = [-9.0, -0.77, -0.3, 0.0, 0.123, 0.9, 9.0]
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(score, positive)
    platt = _SigmoidCalibration().fit(score, positive)
    return {
        "score": score.tolist(),
        "positive": positive.tolist(),
        "at": at,
        "isotonic": isotonic.predict(at).tolist(),
        "platt": platt.predict(np.array(at)).tolist(),
    }


def logistic():
    x = rng.normal(size=(90, 3)) * [1, 10, 0.1]
    y = (x @ [1, 0.1, 5] + rng.normal(size=90) > 0).astype(int) + (x[:, 0] > 1)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    weights = np.round(rng.uniform(0.5, 2, 90), 3)
    model = LogisticRegression(C=0.5, tol=1e-8, max_iter=10_000, solver="newton-cg").fit(x, y, sample_weight=weights)
    return {
        "x": x.ravel().tolist(),
        "y": y.tolist(),
        "weights": weights.tolist(),
        "C": 0.5,
        "probability": model.predict_proba(x).ravel().tolist(),
    }


def smote():
    """A bent cloud: what 20 runs of the reference do to the minority's mean and covariance."""
    angle = rng.uniform(0, np.pi, 40)
    minority = np.c_[np.cos(angle), np.sin(angle)] + rng.normal(scale=0.1, size=(40, 2))
    majority = rng.normal(scale=2, size=(400, 2))
    x = np.r_[majority, minority]
    x = np.round((x - x.mean(axis=0)) / x.std(axis=0), 4)
    y = np.r_[np.zeros(400, int), np.ones(40, int)]
    drawn = [SMOTE(random_state=seed).fit_resample(x, y)[0][440:] for seed in range(20)]
    means = np.array([d.mean(axis=0) for d in drawn])
    deviations = np.array([d.std(axis=0) for d in drawn])
    minority = x[400:]
    nearest = [np.sqrt(((d[:, None] - minority[None]) ** 2).sum(2)).min(1).mean() for d in drawn]
    return {
        "x": x.ravel().tolist(),
        "y": y.tolist(),
        "rows": int(440 + len(drawn[0])),
        "mean": means.mean(axis=0).tolist(),
        "deviation": deviations.mean(axis=0).tolist(),
        "distanceToNearest": float(np.mean(nearest)),
    }


print(
    json.dumps(
        {
            "stratified": stratified(),
            "grouped": grouped(),
            "calibration": calibration(),
            "logistic": logistic(),
            "smote": smote(),
        }
    )
)
