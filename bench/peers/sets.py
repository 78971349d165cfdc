"""The data sets: files on disk -> official train, validation and test rows.

A row is a pair (text, label). Every set states how many rows it must have; a
reader that finds another number fails, so that no score is ever reported on
rows other than the official ones.
"""

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path


class DataError(Exception):
    """A data file is missing or not what it should be; the message says where."""


@dataclass(frozen=True)
class Rows:
    """One data set. `valid_source` is "official" or "hash" (a part of train)."""

    name: str
    train: list
    valid: list
    test: list
    fit: list
    valid_source: str
    unsegmented: bool

    def labels(self):
        """Labels that occur in train, sorted."""
        return sorted({label for _, label in self.train})


def _text(path, errors="strict"):
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}:0: {error.strerror}; point --data at the folder of the data sets") from error
    try:
        return data.decode("utf-8", errors=errors)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path}:{line}: not UTF-8; store the file as UTF-8") from error


def _lines(path, errors="strict"):
    """(line number, line) without line ends; only LF ends a line, as Unicode knows more of them."""
    lines = _text(path, errors).split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    return [(number, line.removesuffix("\r")) for number, line in enumerate(lines, 1)]


def _csv(path, width):
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        for record in reader:
            if len(record) != width:
                raise DataError(f"{path}:{reader.line_num}: {len(record)} fields; write {width}")
            yield record
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num}: {error}; close the quotes") from error


def _banking77(root):
    def part(name):
        records = list(_csv(root / "banking77" / f"{name}.csv", 2))
        return [(text, label) for text, label in records[1:]]

    return part("train"), None, part("test")


def _clinc150(root):
    path = root / "clinc150" / "data_full.json"
    try:
        parts = json.loads(_text(path))
        return tuple([(text, label) for text, label in parts[key]] for key in ("train", "val", "test"))
    except json.JSONDecodeError as error:
        raise DataError(f"{path}:{error.lineno}: {error.msg}; write JSON") from error
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}:1: no lists of [text, label] under train, val, test ({error})") from error


def _seqio(folder):
    def read(root):
        def part(name):
            texts = _lines(root / folder / name / "seq.in")
            labels = _lines(root / folder / name / "label")
            if len(texts) != len(labels):
                line = min(len(texts), len(labels)) + 1
                raise DataError(f"{root / folder / name / 'label'}:{line}: {len(texts)} texts but {len(labels)} labels; write one a text")
            return [(text.strip(), label.strip()) for (_, text), (_, label) in zip(texts, labels)]

        return part("train"), part("valid"), part("test")

    return read


def _label_first(path, number, line):
    label, space, text = line.partition(" ")
    if not space:
        raise DataError(f"{path}:{number}: no space; write LABEL TEXT")
    return label, text


def _trec(root):
    def part(name):
        path = root / "trec" / f"TREC.{name}"
        rows = []
        # One line of the official train file holds a byte that is not UTF-8.
        for number, line in _lines(path, errors="replace"):
            label, text = _label_first(path, number, line)
            rows.append((text, label.split(":")[0]))
        return rows

    return part("train"), None, part("test")


def _sst2(root):
    def part(name):
        path = root / "sst2" / f"stsa.binary.{name}"
        pairs = (_label_first(path, number, line) for number, line in _lines(path))
        return [(text, label) for label, text in pairs]

    return part("train"), part("dev"), part("test")


def _ag_news(root):
    train, valid, test = [], [], []
    for row, (label, title, description) in enumerate(_csv(root / "ag_news" / "test.csv", 3)):
        part = {0: test, 1: test, 2: valid}.get(row % 10, train)
        part.append((f"{title} {description}", label))
    return train, valid, test


def _massive(locale):
    def read(root):
        path = root / "massive" / f"{locale}.jsonl"
        parts = {"train": [], "dev": [], "test": []}
        for number, line in _lines(path):
            try:
                entry = json.loads(line)
                parts[entry["partition"]].append((entry["utt"], entry["intent"]))
            except (ValueError, KeyError, TypeError) as error:
                raise DataError(f"{path}:{number}: {error}; write an object with partition, utt and intent") from error
        return parts["train"], parts["dev"], parts["test"]

    return read


def _sib200(language):
    def read(root):
        def part(name):
            path = root / "sib200" / language / f"{name}.tsv"
            rows = []
            for number, line in _lines(path)[1:]:
                fields = line.split("\t")
                if len(fields) != 3:
                    raise DataError(f"{path}:{number}: {len(fields)} fields; write index_id, category, text with tabs between")
                rows.append((fields[2], fields[1]))
            return rows

        return part("train"), part("dev"), part("test")

    return read


# name -> (reader, (train, valid, test) row counts, words not separated by spaces)
SETS = {
    "banking77": (_banking77, (10003, 0, 3080), False),
    "clinc150": (_clinc150, (15000, 3000, 4500), False),
    "snips": (_seqio("snips"), (13084, 700, 700), False),
    "atis": (_seqio("atis"), (4478, 500, 893), False),
    "trec": (_trec, (5452, 0, 500), False),
    "sst2": (_sst2, (6920, 872, 1821), False),
    "ag_news": (_ag_news, (5320, 760, 1520), False),
    "massive-de-DE": (_massive("de-DE"), (11514, 2033, 2974), False),
    "massive-zh-CN": (_massive("zh-CN"), (11514, 2033, 2974), True),
    "massive-ja-JP": (_massive("ja-JP"), (11514, 2033, 2974), True),
    "sib200-eng_Latn": (_sib200("eng_Latn"), (701, 99, 204), False),
}


def held_out(text):
    """Whether a train row is set aside for validation: one text in ten, by SHA-256, so equal texts stay together."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:8], "big") % 10 == 0


def load(name, root):
    """Reads the set `name` below the folder `root`; raises DataError.

    `fit` are the rows to fit on while choosing between variants: all of train
    where there is an official validation part, else train without `valid`.
    """
    read, expected, unsegmented = SETS[name]
    train, valid, test = read(Path(root))
    found = (len(train), len(valid or []), len(test))
    if found != expected:
        raise DataError(f"{Path(root) / name}: {found} train, valid and test rows, not the official {expected}; restore the files")
    if valid is not None:
        return Rows(name, train, valid, test, train, "official", unsegmented)
    valid = [row for row in train if held_out(row[0])]
    fit = [row for row in train if not held_out(row[0])]
    return Rows(name, train, valid, test, fit, "hash", unsegmented)
