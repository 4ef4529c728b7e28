"""Macro-F1 of Debian's scikit-learn 1.2.1 random forest, mean over 10 seeds. Writes forest.json beside itself.

Run: /usr/bin/python3 test/goldens/classifiers/forest_goldens.py
"""
import json
import pathlib

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score

from drawn_data import draw_classes

x, y = draw_classes(1000, 1001)
xt, yt = draw_classes(4000, 99)
scores = [
    f1_score(yt, RandomForestClassifier(n_estimators=100, random_state=seed).fit(x, y).predict(xt), average="macro")
    for seed in range(10)
]
path = pathlib.Path(__file__).with_name("forest.json")
path.write_text(json.dumps({"macro_f1": float(np.mean(scores))}) + "\n")
