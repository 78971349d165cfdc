#!/usr/bin/env python3
"""Measures a sentence encoder (all-MiniLM-L6-v2) with a linear probe in ONNX Runtime, float and int8; see README.md."""

import os

# Before numpy is loaded: every number here is of one thread.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import collections
import hashlib
import importlib.metadata
import json
import logging
import platform
import sys
import time
import warnings
from pathlib import Path

import numpy
import onnx
import onnxruntime
from onnxruntime.quantization import QuantType, quantize_dynamic
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

import bert
import measure
import sets

ROOT = Path(__file__).resolve().parents[2]
# Simplest first: a tie on validation goes to the earlier one. Embeddings have length 1, hence the large values.
STRENGTHS = (1, 4, 16, 64, 256)
# Texts whose embeddings must be those of another forward pass, and how far a number may be off.
CHECKED = (
    "set the bedroom lights to thirty percent",
    "Café prices: 20 euros!",
    "unbelievably",
    "I still have not received my new card, I ordered it over a week ago and now I need it. What can I do to get it?",
)
TOLERANCE = 1e-3
KINDS = ("float", "int8")
# By the SHA-256 of their weights.
ENCODERS = {"53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db": "all-MiniLM-L6-v2"}
PACKAGES = ("onnxruntime", "onnx", "tokenizers", "scikit-learn", "numpy")


def session(path):
    """The graph at `path`, on one thread, with all of the runtime's own optimisations."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def make(folder, work):
    """Writes float.onnx and int8.onnx to `work` and returns their sessions and how far they are from `bert.forward`."""
    work.mkdir(parents=True, exist_ok=True)
    paths = {kind: work / f"{kind}.onnx" for kind in KINDS}
    onnx.save(bert.graph(folder), str(paths["float"]))
    # It advises to infer shapes beforehand; the type of what `Attention` gives is told below instead.
    logging.disable(logging.WARNING)
    quantize_dynamic(
        str(paths["float"]),
        str(paths["int8"]),
        per_channel=True,
        weight_type=QuantType.QInt8,
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )
    logging.disable(logging.NOTSET)
    sessions = {kind: session(path) for kind, path in paths.items()}
    found = {kind: {"bytes": path.stat().st_size, "largest_difference": 0.0, "least_cosine": 1.0} for kind, path in paths.items()}
    for text in CHECKED:
        ids = folder.ids(text)
        expected = bert.forward(folder, ids)
        for kind in KINDS:
            row = embed(sessions[kind], [ids])[0]
            found[kind]["largest_difference"] = max(found[kind]["largest_difference"], float(abs(row - expected).max()))
            found[kind]["least_cosine"] = min(found[kind]["least_cosine"], float(row @ expected))
    if found["float"]["largest_difference"] > TOLERANCE:
        raise bert.FolderError(f"the graph is {found['float']['largest_difference']} off the same pass in NumPy; mend bert.py")
    return sessions, found


def embed(run, ids):
    """Embeddings of texts of one length, given as numbers of word pieces."""
    return run.run(None, {"ids": numpy.array(ids, numpy.int64)})[0]


def embeddings(run, folder, texts, batch):
    """Embeddings of texts, up to `batch` of one length at a time."""
    lengths = collections.defaultdict(list)
    for place, text in enumerate(texts):
        ids = folder.ids(text)
        lengths[len(ids)].append((place, ids))
    rows = numpy.empty((len(texts), folder.config["hidden_size"]), numpy.float32)
    for _, entries in sorted(lengths.items()):
        for start in range(0, len(entries), batch):
            places, ids = zip(*entries[start : start + batch])
            rows[list(places)] = embed(run, ids)
    return rows


def probe(rows, embedded):
    """Logistic regression on embeddings: every strength's accuracy on validation rows, and the chosen one on test rows."""

    def fit(part, strength):
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            labels = [label for _, label in part]
            return LogisticRegression(C=strength, max_iter=5000).fit(numpy.stack([embedded[text] for text, _ in part]), labels)

    def accuracy(model, part):
        return measure.accuracy(model.predict(numpy.stack([embedded[text] for text, _ in part])), part)

    valid, best = {}, None
    for strength in STRENGTHS:
        model = fit(rows.fit, strength)
        valid[str(strength)] = round(accuracy(model, rows.valid), 5)
        if best is None or valid[str(strength)] > best[0]:
            best = (valid[str(strength)], strength, model)
    _, chosen, model = best
    if rows.fit is not rows.train:
        model = fit(rows.train, chosen)
    return model, {"chosen": chosen, "valid": valid, "test": round(accuracy(model, rows.test), 5)}


def judge(runs, folder, rows, work):
    """Embeds the rows of a set and fits its probes, which are kept in `work`."""
    texts = sorted({text for part in (rows.train, rows.valid, rows.test) for text, _ in part})
    counts = {"train": len(rows.train), "valid": len(rows.valid), "test": len(rows.test)}
    entry = {"rows": counts, "valid_source": rows.valid_source}
    for kind in KINDS:
        start = time.process_time()
        # The integers' scales are those of a whole batch: with one text at a time they are those of the timed answers.
        found = embeddings(runs[kind], folder, texts, 32 if kind == "float" else 1)
        model, entry[kind] = probe(rows, dict(zip(texts, found)))
        entry[kind]["cpu_s"] = round(time.process_time() - start, 1)
        numpy.savez(
            work / f"{rows.name}-{kind}.npz",
            weights=model.coef_.T.astype(numpy.float32),
            bias=model.intercept_.astype(numpy.float32),
            labels=model.classes_,
        )
    return entry


def key(folder, versions, rows):
    """Stands for all that `judge` depends on."""
    here = [(ROOT / "bench" / "peers" / name).read_text(encoding="utf-8") for name in ("bert.py", "encoder.py", "sets.py")]
    parts = (folder.digest, folder.tokenizer.to_str(), folder.config, versions, here, rows.train, rows.valid, rows.test)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8")).hexdigest()


def learn(arguments):
    """Makes both graphs and fits the probes; keeps what `time` needs in the folder `--work`, and the probes for the next time."""
    try:
        folder = bert.Folder(arguments.teacher)
        data = {name: sets.load(name, arguments.data) for name in arguments.only}
        runs, graphs = make(folder, arguments.work)
    except (bert.FolderError, sets.DataError) as error:
        print(error, file=sys.stderr)
        return 2
    versions = {package: importlib.metadata.version(package) for package in PACKAGES} | {"python": platform.python_version()}
    name = ENCODERS.get(folder.digest, f"an encoder with weights of SHA-256 {folder.digest}")
    record = {"encoder": name, "versions": versions, "graphs": graphs, "sets": {}}
    for name, rows in data.items():
        kept, wanted = arguments.work / f"{name}.json", key(folder, versions, rows)
        found = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        if found.get("key") != wanted:
            found = {"key": wanted, "set": judge(runs, folder, rows, arguments.work)}
            # After each set: an interrupted run keeps what it has.
            temporary = kept.with_name(kept.name + ".tmp")
            temporary.write_text(json.dumps(found), encoding="utf-8")
            temporary.replace(kept)
        entry = record["sets"][name] = found["set"]
        scores = ", ".join(f"{kind} {entry[kind]['test'] * 100:.2f} (C={entry[kind]['chosen']})" for kind in KINDS)
        print(f"encoder {name}: {scores}", file=sys.stderr)
    print(json.dumps(record, indent=1))
    return 0


def percentiles(seconds):
    """Microseconds of half and of 99 in a hundred."""
    p50, p99 = numpy.percentile(seconds, (50, 99), method="higher") * 1e6
    return {"p50": round(float(p50), 1), "p99": round(float(p99), 1)}


def clock(arguments):
    """Answers the texts one at a time on one thread, after a warm-up, with the graphs and probes of `learn`."""
    try:
        folder = bert.Folder(arguments.teacher)
        with open(arguments.texts, encoding="utf-8") as file:
            rows = [(row["text"], row["label"]) for row in map(json.loads, file)]
    except (bert.FolderError, OSError, ValueError, KeyError) as error:
        print(f"{arguments.texts}: {error!r}" if not isinstance(error, bert.FolderError) else error, file=sys.stderr)
        return 2
    record = {"texts": len(rows), "word_pieces": sorted(len(folder.ids(text)) for text, _ in rows)[len(rows) // 2]}
    for kind in KINDS:
        run = session(arguments.work / f"{kind}.onnx")
        stored = numpy.load(arguments.work / f"{arguments.set}-{kind}.npz")
        weights, bias, labels = stored["weights"], stored["bias"], stored["labels"]
        for text, _ in rows[:100]:
            embed(run, [folder.ids(text)])
        times, right = [], 0
        for text, label in rows:
            cpu, start = time.thread_time(), time.perf_counter()
            ids = folder.ids(text)
            cut = time.perf_counter()
            row = embed(run, [ids])
            encoded = time.perf_counter()
            guess = labels[(row @ weights + bias).argmax()]
            end, cpu_end = time.perf_counter(), time.thread_time()
            times.append((end - start, cpu_end - cpu, cut - start, encoded - cut))
            right += guess == label
        columns = numpy.array(times).T
        record[kind] = {"right": int(right)} | {
            name: percentiles(column) for name, column in zip(("whole_us", "whole_cpu_us", "tokenizer_us", "encoder_us"), columns)
        }
    print(json.dumps(record))
    return 0


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    fit = commands.add_parser("learn", help="make the graphs, fit the probes, print their accuracy")
    default = os.environ.get("STONECHAT_DATA") or ROOT.parent / "shared" / "data"
    fit.add_argument("--data", type=Path, default=Path(default), metavar="DIR", help="folder of the data sets")
    fit.add_argument("--only", nargs="+", choices=sets.SETS, default=["banking77", "clinc150"], metavar="NAME", help="these sets")
    fit.set_defaults(run=learn)
    timed = commands.add_parser("time", help="time texts one by one with what `learn` left")
    timed.add_argument("--set", required=True, choices=sets.SETS, metavar="NAME", help="whose probe answers")
    timed.add_argument("--texts", type=Path, required=True, metavar="FILE", help="JSON lines with text and label")
    timed.set_defaults(run=clock)
    for command in (fit, timed):
        teacher = os.environ.get("STONECHAT_TEACHER")
        command.add_argument(
            "--teacher",
            type=Path,
            default=teacher and Path(teacher),
            required=not teacher,
            metavar="DIR",
            help="folder of the encoder [$STONECHAT_TEACHER]",
        )
        command.add_argument(
            "--work", type=Path, default=ROOT / "target" / "peers" / "encoder", metavar="DIR", help="where graphs and probes are kept"
        )
    return parser.parse_args()


def main():
    """Runs what the command line asks for; exit code 0, or 2 for bad input."""
    arguments = _arguments()
    return arguments.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
