"""scikit-learn's detectors, one thread: `bench/detectors.ts` sends the rows once, then asks for one fit and scoring at a time."""
import json
import sys
import time
import warnings

import numpy as np
from sklearn.cluster import DBSCAN
from sklearn.ensemble import IsolationForest
from sklearn.metrics import silhouette_score
from sklearn.neighbors import LocalOutlierFactor
from sklearn.neural_network import MLPRegressor
from sklearn.svm import OneClassSVM

warnings.filterwarnings("ignore")


def isolation_forest(x, _):
    IsolationForest(n_estimators=100, max_samples=256, n_jobs=1, random_state=1).fit(x).score_samples(x)


def lof(x, _):
    return LocalOutlierFactor(n_neighbors=20, n_jobs=1).fit(x).negative_outlier_factor_


def one_class_svm(x, _):
    OneClassSVM(nu=0.1, gamma="scale").fit(x).decision_function(x)


def autoencoder(x, _):
    network = MLPRegressor((8, 3, 8), batch_size=32, max_iter=100, alpha=0, tol=0, n_iter_no_change=1000, random_state=1)
    network.fit(x, x).predict(x)


def dbscan(x, request):
    DBSCAN(eps=request["eps"], min_samples=5, n_jobs=1).fit(x)


def silhouette(x, request):
    silhouette_score(x, request["labels"])


runs = {
    "isolation-forest": isolation_forest,
    "lof": lof,
    "one-class-svm": one_class_svm,
    "autoencoder": autoencoder,
    "dbscan": dbscan,
    "silhouette": silhouette,
}
rows = None
for line in sys.stdin:
    request = json.loads(line)
    if "rows" in request:
        rows = np.asarray(request["rows"], dtype=float)
        print(json.dumps({"ms": 0}), flush=True)
        continue
    start = time.perf_counter()
    runs[request["run"]](rows, request)
    print(json.dumps({"ms": (time.perf_counter() - start) * 1000}), flush=True)
