"""Trees, contributions and log-losses of Debian's xgboost 1.7.4 on drawn data. Writes xgboost.json beside itself.

Run: /usr/bin/python3 test/goldens/classifiers/xgboost_goldens.py
"""
import json
import pathlib

import numpy as np
import xgboost as xgb

from drawn_data import draw_classes

COMMON = dict(objective="multi:softprob", num_class=3, eta=0.1, max_depth=6, nthread=1)


def log_loss(booster, x, y):
    p = booster.predict(xgb.DMatrix(x))
    return float(-np.log(p[np.arange(len(y)), y]).mean())


def first_exact_trees():
    x, y = draw_classes(300, 301)
    booster = xgb.train(dict(COMMON, tree_method="exact", max_depth=4), xgb.DMatrix(x, y), 1)
    return [json.loads(tree) for tree in booster.get_dump(dump_format="json", with_stats=True)]


def hist_losses():
    xt, yt = draw_classes(4000, 99)
    losses = {}
    for rows in (500, 2000, 10000):
        x, y = draw_classes(rows, rows)
        booster = xgb.train(dict(COMMON, tree_method="hist", max_bin=256), xgb.DMatrix(x, y), 100)
        losses[rows] = log_loss(booster, xt, yt)
    return losses


def contributions():
    x, y = draw_classes(400, 401)
    x[::7, 0] = np.nan
    booster = xgb.train(dict(COMMON, tree_method="hist", max_depth=4), xgb.DMatrix(x, y), 4)
    rows, _ = draw_classes(12, 402)
    rows[::3, 0] = np.nan
    values = booster.predict(xgb.DMatrix(rows), pred_contribs=True)
    trees = [json.loads(tree) for tree in booster.get_dump(dump_format="json", with_stats=True)]
    return {"trees": trees, "values": np.round(values.astype(float), 9).tolist()}


golden = {
    "first_exact_trees": first_exact_trees(),
    "hist_log_loss": hist_losses(),
    "contributions": contributions(),
}
path = pathlib.Path(__file__).with_name("xgboost.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
