"""Peer: scikit-learn, TF-IDF of words 1-2 and characters 2-5, linear SVM."""

import time

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

import measure

# Simplest first: a tie on validation goes to the earlier one.
VARIANTS = {
    "char": {"analyzer": "char", "sublinear_tf": False},
    "char+sublinear": {"analyzer": "char", "sublinear_tf": True},
    "char_wb": {"analyzer": "char_wb", "sublinear_tf": False},
    "char_wb+sublinear": {"analyzer": "char_wb", "sublinear_tf": True},
}


def _pipeline(analyzer, sublinear_tf):
    return make_pipeline(
        make_union(
            TfidfVectorizer(analyzer="word", ngram_range=(1, 2), sublinear_tf=sublinear_tf),
            TfidfVectorizer(analyzer=analyzer, ngram_range=(2, 5), sublinear_tf=sublinear_tf),
            n_jobs=1,
        ),
        LinearSVC(C=1.0, random_state=0),
    )


def _fit(rows, settings):
    start = time.process_time()
    model = _pipeline(**settings).fit([text for text, _ in rows], [label for _, label in rows])
    return model, round(time.process_time() - start, 2)


def _accuracy(model, rows):
    return measure.accuracy(model.predict([text for text, _ in rows]), rows)


def run(rows, _work):
    """Every variant's validation and test accuracy, the one that validation chooses, and its speed."""
    variants, best, best_model = {}, None, None
    for name, settings in VARIANTS.items():
        model, seconds = _fit(rows.fit, settings)
        valid = _accuracy(model, rows.valid)
        if rows.fit is not rows.train:
            model, seconds = _fit(rows.train, settings)
        weights = model[-1].coef_
        variants[name] = {
            "valid": round(valid, 5),
            "test": round(_accuracy(model, rows.test), 5),
            "features": weights.shape[1],
            "weight_bytes": weights.nbytes,
            "fit_cpu_s": seconds,
        }
        if best is None or valid > best[0]:
            best, best_model = (valid, name), model
    texts = [text for text, _ in rows.test]
    return {
        "chosen": best[1],
        "test": variants[best[1]]["test"],
        "variants": variants,
        "speed": {
            "load_average": measure.load_average(),
            "single": measure.one_at_a_time(lambda text: best_model.predict([text]), texts[:200], passes=1),
            "batch": measure.in_batch(best_model.predict, texts, passes=2),
        },
    }
