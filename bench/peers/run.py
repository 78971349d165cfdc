#!/usr/bin/env python3
"""Measures scikit-learn and fastText on the official rows of the data sets; see README.md."""

import os

# Before numpy is loaded: every number here is of one thread.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import collections
import datetime
import importlib.metadata
import json
import math
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bags
import linear
import measure
import sets

ROOT = Path(__file__).resolve().parents[2]
PEERS = {"scikit-learn": linear.run, "fasttext": bags.run}


def _cpu():
    fields = {}
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            fields.setdefault(key.strip(), value.strip())
    except OSError:
        return platform.processor()
    name = fields.get("model name", platform.machine())
    return f"{name} (family {fields.get('cpu family', '?')}, model {fields.get('model', '?')})"


def _versions():
    packages = ("scikit-learn", "numpy", "scipy", "fasttext-numpy2-wheel")
    versions = {package: importlib.metadata.version(package) for package in packages}
    versions["python"] = platform.python_version()
    if shutil.which("fasttext") and shutil.which("dpkg-query"):
        query = subprocess.run(
            ["dpkg-query", "-W", "-f=${Version}", "fasttext"], capture_output=True, text=True, check=False
        )
        versions["fasttext command line (Debian)"] = query.stdout or "unknown"
    return versions


def _describe(rows):
    majority, _ = collections.Counter(label for _, label in sorted(rows.train)).most_common(1)[0]
    known = set(rows.labels())
    return {
        "rows": {"train": len(rows.train), "valid": len(rows.valid), "test": len(rows.test)},
        "valid_source": rows.valid_source,
        "labels": len(known),
        "test_rows_with_unseen_label": sum(label not in known for _, label in rows.test),
        "majority": {"label": majority, "test": round(measure.accuracy([majority] * len(rows.test), rows.test), 5)},
    }


def _save(record, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(path)


def _table(record):
    """The record as Markdown: test accuracy in per cent of the chosen variants."""
    lines = [
        "| set | train / valid / test | majority | LinearSVC (chosen on validation) | fastText (chosen on validation) | ± |",
        "|---|---|---|---|---|---|",
    ]
    for name, entry in record["sets"].items():
        peers = []
        for peer in PEERS:
            result = entry["peers"].get(peer)
            peers.append(f"{result['test'] * 100:.2f} ({result['chosen']})" if result else "")
        best = max((result["test"] for result in entry["peers"].values()), default=entry["majority"]["test"])
        error = math.sqrt(best * (1 - best) / entry["rows"]["test"])
        rows = " / ".join(str(entry["rows"][part]) for part in ("train", "valid", "test"))
        lines.append(f"| {name} | {rows} | {entry['majority']['test'] * 100:.2f} | {' | '.join(peers)} | {error * 100:.2f} |")
    return "\n".join(lines)


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    default = os.environ.get("STONECHAT_DATA") or ROOT.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=Path(default), metavar="DIR", help="folder of the data sets")
    parser.add_argument("--only", nargs="+", choices=sets.SETS, metavar="NAME", help="only these sets: " + ", ".join(sets.SETS))
    parser.add_argument("--peer", nargs="+", choices=PEERS, default=list(PEERS), help="only these peers")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "target" / "peers" / "peers.json", metavar="FILE", help="where the record goes"
    )
    return parser.parse_args()


def main():
    """Runs what the command line asks for; exit code 0, or 2 for bad input."""
    arguments = _arguments()
    if hasattr(os, "sched_setaffinity"):
        # fastText needs many threads to be right (see bags.py), but no more than one core is measured.
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    record = {
        "date": datetime.date.today().isoformat(),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "cores_used": 1,
        "versions": _versions(),
        "sets": {},
    }
    try:
        data = {name: sets.load(name, arguments.data) for name in arguments.only or sets.SETS}
    except sets.DataError as error:
        print(error, file=sys.stderr)
        return 2
    for name, rows in data.items():
        record["sets"][name] = _describe(rows) | {"peers": {}}
    for peer in arguments.peer:
        for name, rows in data.items():
            wall, cpu = time.perf_counter(), time.process_time()
            with tempfile.TemporaryDirectory(prefix="stonechat-peers-") as work:
                result = PEERS[peer](rows, Path(work))
            result["seconds"] = {
                "wall": round(time.perf_counter() - wall, 1),
                "cpu": round(time.process_time() - cpu, 1),
            }
            record["sets"][name]["peers"][peer] = result
            print(f"{peer} {name}: {result['test'] * 100:.2f} ({result['chosen']}), {result['seconds']['cpu']} s", file=sys.stderr)
            # After each one: an interrupted run keeps what it has measured.
            _save(record, arguments.out)
    print(_table(record))
    return 0


if __name__ == "__main__":
    sys.exit(main())
