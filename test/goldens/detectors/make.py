"""Expected values of scikit-learn for the detectors: run with Debian's python3-sklearn, writes *.json beside this file."""
import json
import pathlib

import numpy as np
from sklearn.cluster import DBSCAN
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score, silhouette_score
from sklearn.neighbors import LocalOutlierFactor
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import RobustScaler
from sklearn.svm import OneClassSVM

HERE = pathlib.Path(__file__).parent


def market(rows, outliers, columns, seed):
    """Two crowds with correlated, heavy-tailed columns of very different units, and outliers far from both."""
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(3, columns))
    factors = rng.standard_t(4, size=(rows, 3))
    x = factors @ mixing + 0.3 * rng.standard_t(4, size=(rows, columns))
    x[: rows // 3] += rng.normal(size=columns) * 4
    y = np.zeros(rows, dtype=int)
    picked = rng.choice(rows, outliers, replace=False)
    x[picked] += rng.normal(size=(outliers, columns)) * 3
    y[picked] = 1
    units = 10.0 ** rng.integers(-3, 4, size=columns)
    return np.round(x * units, 4), y


def save(name, value):
    (HERE / f"{name}.json").write_text(json.dumps(value) + "\n")


def lists(a):
    return np.asarray(a).tolist()


def exact():
    x, _ = market(180, 10, 6, 1)
    x[20:26] = x[20]  # duplicates
    test, _ = market(40, 8, 6, 2)
    scaler = RobustScaler().fit(x)
    z, zt = scaler.transform(x), scaler.transform(test)

    lof = LocalOutlierFactor(n_neighbors=10).fit(z)
    novelty = LocalOutlierFactor(n_neighbors=10, novelty=True).fit(z)
    svms = []
    for params in ({"nu": 0.1, "gamma": "scale"}, {"nu": 0.3, "gamma": 0.2}, {"nu": 0.05, "gamma": "auto"}):
        svm = OneClassSVM(**params).fit(z)
        svms.append({"params": params, "train": lists(svm.decision_function(z)), "test": lists(svm.decision_function(zt))})
    dbscans = []
    for eps, min_points in ((0.8, 5), (1.2, 4), (0.3, 3), (1.0, 12)):
        fitted = DBSCAN(eps=eps, min_samples=min_points).fit(z)
        dbscans.append({"eps": eps, "minPoints": min_points, "labels": lists(fitted.labels_), "core": lists(fitted.core_sample_indices_)})
    two = (lof.negative_outlier_factor_ < -1.5).astype(int)
    save(
        "exact",
        {
            "train": lists(x),
            "test": lists(test),
            "scaled": lists(z),
            "lof": {"train": lists(-lof.negative_outlier_factor_), "test": lists(-novelty.score_samples(zt))},
            "oneClassSvm": svms,
            "dbscan": dbscans,
            "silhouette": [
                {"labels": lists(labels), "value": silhouette_score(z, labels)}
                for labels in (two, np.array(dbscans[0]["labels"]))
            ],
        },
    )


def by_auc():
    x, y = market(600, 40, 15, 3)
    z = RobustScaler().fit_transform(x)
    forest, network = [], []
    for seed in range(10):
        scores = -IsolationForest(n_estimators=100, max_samples=256, random_state=seed).fit(z).score_samples(z)
        forest.append(roc_auc_score(y, scores))
        mlp = MLPRegressor((8, 3, 8), batch_size=32, max_iter=100, alpha=0, tol=0, n_iter_no_change=1000, random_state=seed)
        errors = ((mlp.fit(z, z).predict(z) - z) ** 2).mean(axis=1)
        network.append(roc_auc_score(y, errors))
    save("auc", {"rows": lists(x), "isOutlier": lists(y), "isolationForest": forest, "autoencoder": network})


exact()
by_auc()
