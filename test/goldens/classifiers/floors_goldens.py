"""Accuracy of the reference libraries on the rows of the contract suite: 1,000 to learn from, 2,000 fresh ones.

Run with Debian's python3-sklearn 1.2.1 and python3-xgboost 1.7.4:  /usr/bin/python3 floors_goldens.py
Each reference has the parameters of the candidate it bounds. LightGBM and CatBoost are not packaged by Debian, so their
candidates are held against `xgboost`.
"""
import json
import pathlib

from drawn_data import draw_classes
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

x, y = draw_classes(1000, 11)
fresh_x, fresh_y = draw_classes(2000, 12)


def accuracy(model):
    return round(float((model.fit(x, y).predict(fresh_x) == fresh_y).mean()), 6)


def forest(trees, **params):
    """The mean of ten seeds: one forest of few trees tells little."""
    runs = [accuracy(RandomForestClassifier(trees, random_state=seed, n_jobs=1, **params)) for seed in range(10)]
    return round(sum(runs) / len(runs), 6)


goldens = {
    "forest": forest(30),
    "forest_of_3": forest(3, max_features=None),
    "logistic": accuracy(make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))),
    "xgboost": accuracy(XGBClassifier(n_estimators=30, tree_method="hist", n_jobs=1)),
}
path = pathlib.Path(__file__).with_name("floors.json")
path.write_text(json.dumps(goldens, indent=2) + "\n")
