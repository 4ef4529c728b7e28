"""Fits xgboost and scikit-learn on rows that the bench wrote. One JSON request per line, one JSON answer each."""
import json
import sys
import time

import numpy as np
import xgboost as xgb
from sklearn.ensemble import RandomForestClassifier

sets = {}
boosters = {}


def load(request):
    rows, columns = request["rows"], request["columns"]
    numbers = np.fromfile(request["path"], dtype="<f8").reshape(rows, columns + 1)
    sets[request["name"]] = (numbers[:, :columns].astype(np.float32), numbers[:, columns].astype(int))
    return {}


def xgboost(request):
    x, y = sets[request["train"]]
    params = dict(objective="multi:softprob", num_class=3, eta=0.1, max_depth=6, max_bin=256, tree_method="hist", nthread=1)
    start = time.perf_counter()
    booster = xgb.train(params, xgb.DMatrix(x, y, nthread=1), 100)
    ms = 1000 * (time.perf_counter() - start)
    boosters[request["train"]] = booster
    answer = {"ms": ms}
    if "test" in request:
        xt, yt = sets[request["test"]]
        p = booster.predict(xgb.DMatrix(xt, nthread=1))
        answer["log_loss"] = float(-np.log(p[np.arange(len(yt)), yt]).mean())
    return answer


def forest(request):
    x, y = sets[request["train"]]
    start = time.perf_counter()
    RandomForestClassifier(n_estimators=100, random_state=1, n_jobs=1).fit(x, y)
    return {"ms": 1000 * (time.perf_counter() - start)}


def contributions(request):
    matrix = xgb.DMatrix(sets[request["rows"]][0], nthread=1)
    booster = boosters[request["train"]]
    booster.set_param({"nthread": 1})
    start = time.perf_counter()
    booster.predict(matrix, pred_contribs=True)
    return {"ms": 1000 * (time.perf_counter() - start)}


for line in sys.stdin:
    asked = json.loads(line)
    answer = {"load": load, "xgboost": xgboost, "forest": forest, "contributions": contributions}[asked["op"]](asked)
    print(json.dumps(answer), flush=True)
