#!/usr/bin/env python3
"""Measures CRFsuite (python-crfsuite) on the slots and named entities of the data sets; see README.md."""

import argparse
import datetime
import functools
import importlib.metadata
import json
import os
import platform
import random
import re
import sys
import tempfile
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pycrfsuite
from seqeval.metrics import f1_score

import measure
from sets import DataError, _lines

ROOT = Path(__file__).resolve().parents[2]

# Simplest (most regularised) first: a tie on validation goes to the earlier one.
GRID = [(c1, c2) for c1 in (1.0, 0.1, 0.01) for c2 in (0.1, 0.01, 0.001)]
ITERATIONS = 100
# The grid is tried on at most so many train rows (the time of a fit grows with the square of the number of tags), its best
# `FINALISTS` then on all of them.
GRID_ROWS = {"snips": 1500, "atis": 1500, "massive-de-DE": 1500, "massive-ja-JP": 1000}
GRID_ROWS_ELSEWHERE = 3500
FINALISTS = 2


# ---------------------------------------------------------------------------------------------------------- rows


@dataclass(frozen=True)
class Row:
    """One text. `tokens` are (start, end), `spans` (start, end, name), both in Unicode scalars; `tags` are BIO, one a token."""

    text: str
    tokens: tuple
    tags: tuple
    spans: frozenset

    def words(self):
        """The tokens as strings."""
        return [self.text[start:end] for start, end in self.tokens]


def chunks(tags):
    """Chunks (first token, last token + 1, name) of IOB1 or BIO tags by the rules of conlleval: whatever cannot go on opens one."""
    found, first, name = [], None, None
    for index, tag in enumerate([*tags, "O"]):
        prefix, _, kind = tag.partition("-")
        if first is not None and not (prefix == "I" and kind == name):
            found.append((first, index, name))
            first, name = None, None
        if prefix != "O" and first is None:
            first, name = index, kind
    return found


def spans(tokens, tags):
    """The chunks of `tags` as spans of characters."""
    return frozenset((tokens[first][0], tokens[end - 1][1], name) for first, end, name in chunks(tags))


def _bio(length, found):
    tags = ["O"] * length
    for first, end, name in found:
        tags[first:end] = [f"B-{name}"] + [f"I-{name}"] * (end - first - 1)
    return tuple(tags)


def _row_of_tokens(words, tags):
    """A row whose text is the words with one space between them."""
    tokens, at = [], 0
    for word in words:
        tokens.append((at, at + len(word)))
        at += len(word) + 1
    return Row(" ".join(words), tuple(tokens), _bio(len(words), chunks(tags)), spans(tokens, tags))


def _row_of_spans(text, found, tokens):
    """A row whose spans must begin and end with a token."""
    first = {start: index for index, (start, _) in enumerate(tokens)}
    last = {end: index for index, (_, end) in enumerate(tokens)}
    tags = _bio(len(tokens), [(first[start], last[end] + 1, name) for start, end, name in found])
    return Row(text, tuple(tokens), tags, frozenset(found))


def _conll(folder, files):
    def part(path):
        rows, words, tags = [], [], []
        for number, line in [*_lines(path), (0, "")]:
            # A separator may hold blanks; a token may be a white-space character of another kind.
            if line.strip(" \t") == "":
                if words:
                    rows.append(_row_of_tokens(words, tags))
                    words, tags = [], []
                continue
            fields = line.split("\t") if "\t" in line else line.split(" ")
            if fields[0] == "-DOCSTART-":
                continue
            if len(fields) < 2 or not fields[0]:
                raise DataError(f"{path}:{number}: no token and tag; write both, with a tab between")
            # Four columns with tabs are token, tag, token, tag of the markup; elsewhere the tag is the last one.
            tag = fields[1] if "\t" in line else fields[-1]
            if not re.fullmatch(r"O|[BI]-.+", tag):
                raise DataError(f"{path}:{number}: {tag!r} is no tag; write O, B-NAME or I-NAME")
            words.append(fields[0])
            tags.append(tag)
        return rows

    return lambda root: [part(root / folder / name) for name in files]


def _seqio(folder):
    def part(root, name):
        path = root / folder / name
        texts, tags = _lines(path / "seq.in"), _lines(path / "seq.out")
        if len(texts) != len(tags):
            raise DataError(f"{path / 'seq.out'}:{min(len(texts), len(tags)) + 1}: {len(tags)} lines of tags but {len(texts)} of tokens")
        rows = []
        for (number, text), (_, row_tags) in zip(texts, tags):
            if len(text.split()) != len(row_tags.split()):
                raise DataError(f"{path / 'seq.out'}:{number}: not one tag a token of seq.in; write as many tags as tokens")
            rows.append(_row_of_tokens(text.split(), row_tags.split()))
        return rows

    return lambda root: [part(root, name) for name in ("train", "valid", "test")]


_SLOT = re.compile(r"\[\s*([^\[\]:]+?)\s*:\s*([^\[\]]+?)\s*\]")


def _annotated(annotated, text):
    """Spans of `text` from its annotated form; the two may differ in white space outside and inside slots."""
    ink = [at for at, character in enumerate(text) if not character.isspace()]
    found, seen, after = [], 0, 0
    count = lambda piece: sum(not character.isspace() for character in piece)
    plain = []
    for match in _SLOT.finditer(annotated):
        outside, inside = annotated[after : match.start()], match[2]
        plain += [outside, inside]
        first = seen + count(outside)
        seen = first + count(inside)
        found.append((first, seen, match[1]))
        after = match.end()
    plain.append(annotated[after:])
    if "".join("".join(plain).split()) != "".join(text.split()):
        raise ValueError("utt and annot_utt differ")
    return [(ink[first], ink[end - 1] + 1, name) for first, end, name in found]


def _massive(locale):
    def read(root):
        path = root / "massive" / f"{locale}.jsonl"
        # Japanese has no spaces between words: there every character is a token.
        pattern = re.compile(r"\S" if locale == "ja-JP" else r"\S+")
        parts = {"train": [], "dev": [], "test": []}
        for number, line in _lines(path):
            try:
                entry = json.loads(line)
                text = entry["utt"]
                tokens = [match.span() for match in pattern.finditer(text)]
                parts[entry["partition"]].append(_row_of_spans(text, _annotated(entry["annot_utt"], text), tokens))
            except (ValueError, KeyError, TypeError) as error:
                raise DataError(f"{path}:{number}: {error}; write an object with partition, utt and annot_utt") from error
        return [parts[name] for name in ("train", "dev", "test")]

    return read


# name -> (reader, rows of train, valid, test, their spans)
SETS = {
    "conll2003": (_conll("conll2003", ("eng.train", "eng.testa", "eng.testb")), (14041, 3250, 3453), (23499, 5942, 5648)),
    "wnut17": (
        _conll("wnut17", ("wnut17train.conll", "emerging.dev.conll", "emerging.test.annotated")),
        (3394, 1009, 1287),
        (1975, 836, 1079),
    ),
    "bc5cdr": (_conll("bc5cdr", ("train.tsv", "devel.tsv", "test.tsv")), (4560, 4581, 4797), (9385, 9593, 9809)),
    "stackoverflow_ner": (
        _conll("stackoverflow_ner", ("train.txt", "dev.txt", "test.txt")),
        (14545, 4607, 4940),
        # 11 more than there are B- tags: so many chunks open with an I-.
        (13460, 4337, 4654),
    ),
    "snips": (_seqio("snips"), (13084, 700, 700), (33958, 1794, 1790)),
    "atis": (_seqio("atis"), (4478, 500, 893), (14851, 1709, 2837)),
    "massive-de-DE": (_massive("de-DE"), (11514, 2033, 2974), (11373, 2018, 2824)),
    "massive-ja-JP": (_massive("ja-JP"), (11514, 2033, 2974), (11263, 1995, 2794)),
}

# Lines that name a post instead of being a part of one; whole rows of stackoverflow_ner.
_HEADER = re.compile(r"(Question_ID|Question_URL|Answer_to_Question_ID|Answer_ID|Answer_URL) : ")


def load(name, root):
    """Train, validation and test rows of the set `name` below the folder `root`; raises DataError."""
    read, rows, expected = SETS[name]
    parts = read(Path(root))
    found = tuple(map(len, parts))
    if found != rows:
        raise DataError(f"{Path(root) / name}: {found} train, valid and test rows, not the official {rows}; restore the files")
    found = tuple(sum(len(row.spans) for row in part) for part in parts)
    if found != expected:
        raise DataError(f"{Path(root) / name}: {found} train, valid and test spans, not the official {expected}; restore the files")
    return parts


# ------------------------------------------------------------------------------------------------------ features


def _shape(word):
    return "".join("X" if c.isupper() else "x" if c.islower() else "0" if c.isdigit() else "y" if c.isalpha() else c for c in word)


@functools.lru_cache(maxsize=None)
def _word(word):
    """(lower case, shape, shape without repeats, flags, affixes) of a word."""
    lower, shape = word.lower(), _shape(word)
    short = re.sub(r"(.)\1+", r"\1", shape)
    flags = [
        name
        for name, holds in (
            ("upper", word.isupper()),
            ("title", word.istitle()),
            ("digits", word.isdigit()),
            ("digit", any(c.isdigit() for c in word)),
            ("hyphen", "-" in word),
            ("mark", not any(c.isalnum() for c in word)),
        )
        if holds
    ]
    affixes = [f"{kind}{n}={part}" for n in (1, 2, 3, 4) for kind, part in (("p", lower[:n]), ("s", lower[-n:]))]
    return lower, shape, short, flags, affixes


def word_features(words):
    """Features of every token of a text of words: the word, its affixes and shape, two neighbours on each side, pairs."""
    known = [_word(word) for word in words]
    features = []
    for at, word in enumerate(words):
        lower, shape, short, flags, affixes = known[at]
        here = ["bias", f"w={word}", f"l={lower}", f"sh={shape}", f"ss={short}", *affixes, *flags]
        for offset in (-2, -1, 1, 2):
            other = at + offset
            if not 0 <= other < len(words):
                here.append(f"{offset}:{'BOS' if other < 0 else 'EOS'}")
                continue
            near_lower, near_shape, near_short, near_flags, _ = known[other]
            here += [f"{offset}:l={near_lower}", f"{offset}:ss={near_short}", *(f"{offset}:{flag}" for flag in near_flags)]
            if abs(offset) == 1:
                here += [f"{offset}:sh={near_shape}", f"{offset}:p3={near_lower[:3]}", f"{offset}:s3={near_lower[-3:]}"]
        before = known[at - 1] if at > 0 else ("BOS", "", "BOS")
        after = known[at + 1] if at + 1 < len(words) else ("EOS", "", "EOS")
        here += [
            f"-1+0:l={before[0]}|{lower}",
            f"0+1:l={lower}|{after[0]}",
            f"-1+1:l={before[0]}|{after[0]}",
            f"-1+0:ss={before[2]}|{short}",
            f"0+1:ss={short}|{after[2]}",
        ]
        features.append(here)
    return features


@functools.lru_cache(maxsize=None)
def _class(character):
    if character.isdigit():
        return "0"
    if character in "〇一二三四五六七八九十百千万":
        return "N"
    name = unicodedata.name(character, "")
    if name.startswith(("HIRAGANA", "KATAKANA", "CJK UNIFIED")):
        return name[0]
    return "L" if character.isalpha() else "P"


def character_features(characters):
    """Features of every character: all 1- to 4-grams within three to each side, classes of characters as 1- to 3-grams within two."""
    padded = ["BOS"] * 3 + list(characters) + ["EOS"] * 3
    classes = [token if len(token) > 1 else _class(token) for token in padded]
    features = []
    for at in range(3, len(padded) - 3):
        here = ["bias"]
        for n in (1, 2, 3, 4):
            here += [f"{start}:c{n}={'|'.join(padded[at + start : at + start + n])}" for start in range(-3, 5 - n)]
        for n in (1, 2, 3):
            here += [f"{start}:k{n}={'|'.join(classes[at + start : at + start + n])}" for start in range(-2, 4 - n)]
        features.append(here)
    return features


# ------------------------------------------------------------------------------------------------------- scoring


def score(gold, predicted):
    """Precision, recall and F1 of sets of spans, one a text: a span is right if its start, end and name are."""
    right = sum(len(one & other) for one, other in zip(gold, predicted, strict=True))
    guessed, there = sum(map(len, predicted)), sum(map(len, gold))
    return {
        "f1": round(2 * right / (guessed + there), 5) if guessed + there else 0.0,
        "precision": round(right / guessed, 5) if guessed else 0.0,
        "recall": round(right / there, 5) if there else 0.0,
        "right": right,
        "predicted": guessed,
        "gold": there,
    }


def self_check(cases=300):
    """Scores random tags, invalid sequences among them, here and with seqeval; the number of cases, all of which must agree."""
    chance = random.Random(0)
    tags = ["O", "O", "B-a", "I-a", "B-b", "I-b", "B-c-d", "I-c-d"]
    for case in range(cases):
        lengths = [chance.randint(1, 12) for _ in range(chance.randint(1, 8))]
        gold = [chance.choices(tags, k=length) for length in lengths]
        # Half of the cases mostly agree, so that there are right spans of several tokens.
        predicted = [[tag if case % 2 and chance.random() < 0.8 else chance.choice(tags) for tag in row] for row in gold]
        tokens = [tuple((2 * at, 2 * at + 1) for at in range(length)) for length in lengths]
        ours = score([spans(t, row) for t, row in zip(tokens, gold)], [spans(t, row) for t, row in zip(tokens, predicted)])
        theirs = f1_score(gold, predicted, zero_division=0)
        if abs(ours["f1"] - theirs) > 1e-5:
            raise AssertionError(f"span F1 is {ours['f1']} here and {theirs} by seqeval: {gold} {predicted}")
    return cases


# ------------------------------------------------------------------------------------------------------ training


class _Part:
    """Rows and their features, computed once."""

    def __init__(self, rows, features):
        self.rows = rows
        self.items = [pycrfsuite.ItemSequence(features(row.words())) for row in rows]

    def trainer(self, step=1):
        """A trainer that holds every `step`-th row."""
        trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
        for row, items in zip(self.rows[::step], self.items[::step]):
            if row.tokens:
                trainer.append(items, row.tags)
        return trainer

    def tag(self, model):
        """Predicted tags of every row."""
        tagger = pycrfsuite.Tagger()
        tagger.open(str(model))
        predicted = [list(tagger.tag(items)) for items in self.items]
        tagger.close()
        return predicted

    def score(self, predicted, keep=lambda row: True):
        """The spans of predicted tags against those of the rows that `keep` wants."""
        kept = [(row, tags) for row, tags in zip(self.rows, predicted, strict=True) if keep(row)]
        return score([row.spans for row, _ in kept], [spans(row.tokens, tags) for row, tags in kept])


def _fit(trainer, c1, c2, model):
    trainer.set_params({"c1": c1, "c2": c2, "max_iterations": ITERATIONS, "feature.possible_transitions": True})
    start = time.process_time()
    trainer.train(str(model))
    return round(time.process_time() - start, 1)


def run(name, parts, work):
    """Chooses c1 and c2 on the validation rows and scores the model of all train rows on test."""
    extract = character_features if name == "massive-ja-JP" else word_features
    start = time.process_time()
    train, valid, test = (_Part(rows, extract) for rows in parts)
    feature_seconds = round(time.process_time() - start, 1)

    step = -(-len(train.rows) // GRID_ROWS.get(name, GRID_ROWS_ELSEWHERE))
    trainer, grid = train.trainer(step), []
    for c1, c2 in GRID:
        seconds = _fit(trainer, c1, c2, work / "grid")
        grid.append({"c1": c1, "c2": c2, "valid_f1": valid.score(valid.tag(work / "grid"))["f1"], "fit_cpu_s": seconds})
        print(f"{name}: every {step}. row, {grid[-1]}", file=sys.stderr, flush=True)

    trainer, finals, best = train.trainer(), [], None
    # The sort keeps the order of equals: the simplest first.
    for candidate in sorted(grid, key=lambda entry: -entry["valid_f1"])[:FINALISTS]:
        model = work / f"final{len(finals)}"
        seconds = _fit(trainer, candidate["c1"], candidate["c2"], model)
        valid_score = valid.score(valid.tag(model))
        finals.append({"c1": candidate["c1"], "c2": candidate["c2"], "valid_f1": valid_score["f1"], "fit_cpu_s": seconds})
        print(f"{name}: all rows, {finals[-1]}", file=sys.stderr, flush=True)
        if best is None or valid_score["f1"] > best[1]["valid_f1"]:
            best = (model, finals[-1], valid_score)
    del trainer
    model, chosen, valid_score = best

    predicted = test.tag(model)
    result = {
        "chosen": {"c1": chosen["c1"], "c2": chosen["c2"]},
        "test": test.score(predicted),
        "test_f1_by_seqeval": round(f1_score([list(row.tags) for row in test.rows], predicted), 5),
        "valid": valid_score,
        "train_cpu_s": chosen["fit_cpu_s"],
        "feature_cpu_s": feature_seconds,
        "model_bytes": model.stat().st_size,
    }
    # Of train, CRFsuite keeps the tags that occur: what is not there cannot be found.
    names = {span[2] for row in train.rows for span in row.spans}
    result["slot_names"] = len(names)
    result["test_spans_with_unseen_name"] = sum(span[2] not in names for row in test.rows for span in row.spans)
    if name == "stackoverflow_ner":
        text_only = lambda row: not _HEADER.match(row.text + " ")
        result["test_without_headers"] = {"rows": sum(map(text_only, test.rows))} | test.score(predicted, text_only)
    tagger = pycrfsuite.Tagger()
    tagger.open(str(model))
    rows = test.rows[:: -(-len(test.rows) // 500)]
    speed = measure.one_at_a_time(lambda row: tagger.tag(extract(row.words())), rows, passes=1)
    result["speed"] = {"load_average": measure.load_average(), "single": speed}
    return result | {"grid_rows": len(train.rows[::step]), "grid": grid, "finals": finals}


# -------------------------------------------------------------------------------------------------------- record


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


def _save(record, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(path)


def table(record):
    """The record as Markdown: strict span F1, precision and recall on test, in per cent."""
    lines = [
        "| set | train / valid / test | test spans | F1 | precision | recall | F1 on valid | c1, c2 | training, CPU s |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, entry in record["sets"].items():
        result = entry["crfsuite"]
        rows = " / ".join(str(entry["rows"][part]) for part in ("train", "valid", "test"))
        f1, precision, recall = (f"{result['test'][key] * 100:.2f}" for key in ("f1", "precision", "recall"))
        lines.append(
            f"| {name} | {rows} | {result['test']['gold']} | {f1} | {precision} | {recall} | {result['valid']['f1'] * 100:.2f}"
            f" | {result['chosen']['c1']}, {result['chosen']['c2']} | {result['train_cpu_s']:.0f} |"
        )
    return "\n".join(lines)


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    default = os.environ.get("STONECHAT_DATA") or ROOT.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=Path(default), metavar="DIR", help="folder of the data sets")
    parser.add_argument("--only", nargs="+", choices=SETS, metavar="NAME", help="only these sets: " + ", ".join(SETS))
    parser.add_argument(
        "--out", type=Path, default=ROOT / "target" / "peers" / "slots.json", metavar="FILE", help="where the record goes"
    )
    parser.add_argument("--keep", action="store_true", help="keep the sets that the record has already, measure the others")
    return parser.parse_args()


def main():
    """Runs what the command line asks for; exit code 0, or 2 for bad input."""
    arguments = _arguments()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    record = {
        "date": datetime.date.today().isoformat(),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "cores_used": 1,
        "versions": {package: importlib.metadata.version(package) for package in ("python-crfsuite", "seqeval", "numpy")}
        | {"python": platform.python_version()},
        "settings": {"algorithm": "lbfgs", "max_iterations": ITERATIONS, "all_possible_transitions": True},
        "scoring_self_check": {"seqeval_cases_in_agreement": self_check()},
        "sets": {},
    }
    try:
        if arguments.keep and arguments.out.exists():
            record["sets"] = json.loads(arguments.out.read_text(encoding="utf-8"))["sets"]
        for name in arguments.only or SETS:
            if name in record["sets"]:
                continue
            wall = time.perf_counter()
            parts = load(name, arguments.data)
            keys = ("train", "valid", "test")
            entry = {
                "rows": dict(zip(keys, map(len, parts))),
                "tokens": dict(zip(keys, (sum(len(row.tokens) for row in part) for part in parts))),
                "spans": dict(zip(keys, (sum(len(row.spans) for row in part) for part in parts))),
            }
            with tempfile.TemporaryDirectory(prefix="stonechat-peers-") as work:
                entry["crfsuite"] = run(name, parts, Path(work))
            entry["crfsuite"]["wall_s"] = round(time.perf_counter() - wall, 1)
            record["sets"][name] = entry
            # After each one: an interrupted run keeps what it has measured.
            _save(record, arguments.out)
    except (DataError, ValueError, KeyError) as error:
        print(error, file=sys.stderr)
        return 2
    record["sets"] = {name: record["sets"][name] for name in SETS if name in record["sets"]}
    _save(record, arguments.out)
    print(table(record))
    return 0


if __name__ == "__main__":
    sys.exit(main())
