"""The grid of the training bench with scikit-learn, xgboost and imbalanced-learn, two processes."""
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from xgboost import XGBClassifier

sys.path.insert(0, str(Path(__file__).parents[2] / "test" / "goldens" / "classifiers"))
from drawn_data import draw_classes  # noqa: E402

GRIDS = {
    "random-forest": (
        RandomForestClassifier(random_state=1),
        {"model__n_estimators": [50, 100, 200], "model__max_depth": [5, 10, None]},
    ),
    "xgboost": (
        XGBClassifier(n_estimators=100, tree_method="hist", nthread=1, random_state=1),
        {"model__max_depth": [3, 4, 6], "model__learning_rate": [0.05, 0.1, 0.3]},
    ),
}


def end_with(parent):
    """Takes joblib's worker processes along when the bench was killed; they would go on for minutes."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os.killpg(os.getpgid(0), signal.SIGKILL)


threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()

for line in sys.stdin:
    request = json.loads(line)
    x, y = draw_classes(request["rows"], request["seed"])
    start = time.perf_counter()
    best = []
    for algorithm in request["algorithms"]:
        model, grid = GRIDS[algorithm]
        search = GridSearchCV(
            Pipeline([("smote", SMOTE(random_state=1)), ("model", model)]),
            grid,
            scoring="f1_macro",
            cv=StratifiedKFold(5, shuffle=True, random_state=1),
            n_jobs=2,
            refit=False,
        )
        search.fit(x, y)
        best.append(search.best_score_)
    print(json.dumps({"ms": (time.perf_counter() - start) * 1000, "best": best}), flush=True)
