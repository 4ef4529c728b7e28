"""The same numbers as bench/drawn-data.ts draws: a 3-class problem of 17 single-precision columns."""
import numpy as np

COLUMNS = 17


def draw_classes(rows, seed):
    state = seed & 0xFFFFFFFF

    def draw():
        nonlocal state
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        return state / 4294967296

    def bell():
        return draw() + draw() + draw() + draw() - 2

    x = np.zeros((rows, COLUMNS), dtype=np.float32)
    y = np.zeros(rows, dtype=np.int32)
    for i in range(rows):
        x[i] = [bell() for _ in range(COLUMNS)]
        a, b, c, d, e, f, g = (float(v) for v in x[i, :7])
        score = a + 2 * b * c + (0.75 if d > 0.25 else 0) + e * e + 0.5 * f - 0.25 * g + 0.75 * bell()
        y[i] = 0 if score < 0 else 1 if score < 1 else 2
    return x, y
