"""Peer: fastText, with its defaults and tuned, as float and quantised, through Python and its command line."""

import contextlib
import itertools
import re
import shutil
import statistics
import subprocess
import time
from pathlib import Path

import fasttext

import measure

# The package prints a warning about its own API on every load.
fasttext.FastText.eprint = lambda *_: None

_TOKEN = re.compile(r"\w+|[^\w\s]")

# fastText knows no tokens but what stands between spaces; this is done for it.
PREPARE = {
    "raw": lambda text: " ".join(text.split()),
    "words": lambda text: " ".join(_TOKEN.findall(text.lower())),
    "characters": lambda text: " ".join("".join(text.lower().split())),
}

_DEFAULTS = {"raw": {"prepare": "raw"}, "words": {"prepare": "words"}}
_SPACED = {
    "w2": {"prepare": "words", "wordNgrams": 2},
    "w2 c3-5": {"prepare": "words", "wordNgrams": 2, "minn": 3, "maxn": 5},
}
# Where no spaces separate the words, a "word" is a sentence: shorter n-grams, or every character a word.
_UNSEGMENTED = {
    "w2 c3-5": {"prepare": "words", "wordNgrams": 2, "minn": 3, "maxn": 5},
    "w2 c1-4": {"prepare": "words", "wordNgrams": 2, "minn": 1, "maxn": 4},
    "characters w3": {"prepare": "characters", "wordNgrams": 3},
}
# Rows that the smallest stored form keeps of the input table.
CUTOFF = 10_000
# fastText 0.9.2 fills the input table in ten blocks, one a thread: with fewer than ten threads the rest stays as
# the memory was (zeros at best, and sometimes numbers that end the training). 12 is its command line's default.
# The process is held to one core all the same. Unordered updates make fits differ a little, hence several seeds.
THREADS = 12
SEEDS = (0, 1, 2)


class _Diverged(Exception):
    """Training ended in numbers that are none: the learning rate is too high for these rows."""


@contextlib.contextmanager
def _diverging():
    try:
        yield
    except RuntimeError as error:
        if "NaN" not in str(error):
            raise
        raise _Diverged from error


def variants(unsegmented):
    """Name -> settings; simplest first, as a tie on validation goes to the earlier one."""
    table = {f"default {name}": settings for name, settings in _DEFAULTS.items()}
    features = _UNSEGMENTED if unsegmented else _SPACED
    for (name, settings), epoch, rate in itertools.product(features.items(), (25, 50), (0.5, 1.0)):
        table[f"{name} epoch {epoch} lr {rate}"] = settings | {
            "dim": 64,
            "bucket": 100_000,
            "epoch": epoch,
            "lr": rate,
        }
    return table


class _Classifier:
    """A fastText model with the text preparation and label numbering that it was fitted with."""

    def __init__(self, model, prepare, labels):
        self.model, self.prepare, self.labels = model, prepare, labels

    def predict(self, texts):
        guesses, _ = self.model.predict([self.prepare(text) for text in texts])
        # No guess at all where no feature of the text is known.
        return [self.labels[int(guess[0].removeprefix("__label__"))] if guess else None for guess in guesses]

    def accuracy(self, rows):
        return measure.accuracy(self.predict([text for text, _ in rows]), rows)


def _write(rows, prepare, labels, path):
    # Numbers, as some labels would not survive fastText's own splitting.
    number = {label: index for index, label in enumerate(labels)}
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        for text, label in rows:
            out.write(f"__label__{number[label]} {prepare(text)}\n")


def _fit(rows, settings, labels, work, seed=0):
    options = dict(settings)
    prepare = PREPARE[options.pop("prepare")]
    path = work / "train.txt"
    _write(rows, prepare, labels, path)
    start = time.process_time()
    with _diverging():
        model = fasttext.train_supervised(input=str(path), thread=THREADS, seed=seed, verbose=0, **options)
    return _Classifier(model, prepare, labels), round(time.process_time() - start, 2)


def _peak_resident(command):
    """Peak resident bytes of a program, None where /proc has no such number.

    Not from `wait4`: that carries over the peak of the process which started it.
    """
    peak = None
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        while child.poll() is None:
            try:
                status = Path(f"/proc/{child.pid}/status").read_text(encoding="utf-8")
            except OSError:
                break
            found = re.search(r"^Name:\s*fasttext$.*^VmHWM:\s*(\d+) kB$", status, re.MULTILINE | re.DOTALL)
            if found:
                peak = int(found[1]) * 1024
            time.sleep(0.002)
    return peak


def _command_line(model_path, lines, work):
    """Speed of `fasttext predict` on the stored model: seconds of the process less those of a one-line run."""
    program = shutil.which("fasttext")
    if program is None:
        return None

    def seconds(path):
        start = time.perf_counter()
        subprocess.run([program, "predict", str(model_path), str(path)], stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - start

    one, many = work / "one.txt", work / "many.txt"
    one.write_text(lines[0] + "\n", encoding="utf-8")
    repeats = -(-20_000 // len(lines))
    many.write_text("".join(line + "\n" for line in lines) * repeats, encoding="utf-8")
    count = repeats * len(lines)
    cold = statistics.median(seconds(one) for _ in range(5))
    warm = min(seconds(many) for _ in range(3)) - cold
    return {
        "cold_start_ms": round(cold * 1e3, 2),
        "us_per_text": round(warm / count * 1e6, 2),
        "texts_per_s": round(count / warm),
        "resident_bytes": _peak_resident([program, "predict", str(model_path), str(many)]),
        "texts": count,
    }


def _stored(classifier, path, rows, work):
    """Size, accuracy and speed of a model as it lies on disk."""
    classifier.model.save_model(str(path))
    lines = [classifier.prepare(text) for text, _ in rows.test]
    return {
        "bytes": path.stat().st_size,
        "test": round(classifier.accuracy(rows.test), 5),
        "load_average": measure.load_average(),
        "python_single": measure.one_at_a_time(classifier.model.predict, lines),
        "python_batch": measure.in_batch(classifier.model.predict, lines),
        "command_line": _command_line(path, lines, work),
    }


def _quantised(classifier, path, rows, work, **options):
    """The model stored at `path`, product-quantised; None if retraining diverged."""
    model = fasttext.load_model(str(path))
    examples = work / "train.txt"
    _write(rows.train, classifier.prepare, classifier.labels, examples)
    try:
        with _diverging():
            # One thread: the table is filled already, and the result is the same every time.
            model.quantize(input=str(examples), qnorm=True, thread=1, verbose=0, **options)
    except _Diverged:
        return None
    return _stored(_Classifier(model, classifier.prepare, classifier.labels), work / "model.ftz", rows, work)


def run(rows, work):
    """Every variant's validation and test accuracy, the one that validation chooses, and its stored forms.

    `test` is the mean over seeds of the chosen variant.
    """
    labels = rows.labels()
    table = variants(rows.unsegmented)
    results, best, best_model = {}, None, None
    for name, settings in table.items():
        try:
            model, seconds = _fit(rows.fit, settings, labels, work)
            valid = model.accuracy(rows.valid)
            if rows.fit is not rows.train:
                model, seconds = _fit(rows.train, settings, labels, work)
        except _Diverged:
            results[name] = {"diverged": True}
            continue
        results[name] = {
            "valid": round(valid, 5),
            "test": round(model.accuracy(rows.test), 5),
            "fit_cpu_s": seconds,
        }
        if best is None or valid > best[0]:
            best, best_model = (valid, name), model
    chosen = best[1]
    settings, path = table[chosen], work / "model.bin"
    tests = [results[chosen]["test"]]
    for seed in SEEDS[1:]:
        # A seed on which the chosen settings diverge says something too: it counts as nothing right.
        try:
            model, _ = _fit(rows.train, settings, labels, work, seed)
            tests.append(round(model.accuracy(rows.test), 5))
        except _Diverged:
            tests.append(0.0)
    stored = {"float": _stored(best_model, path, rows, work), "quantised": _quantised(best_model, path, rows, work)}
    retrain = {key: settings[key] for key in ("epoch", "lr") if key in settings}
    stored[f"quantised cutoff {CUTOFF}"] = _quantised(
        best_model, path, rows, work, cutoff=CUTOFF, retrain=True, **retrain
    )
    return {
        "chosen": chosen,
        "test": round(statistics.mean(tests), 5),
        "test_by_seed": tests,
        "variants": results,
        "stored": stored,
    }
