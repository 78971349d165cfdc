"""A BERT encoder with mean pooling as an ONNX graph, and the same in plain NumPy to hold it against.

The graph takes `ids`, int64 [batch, tokens], texts of one length, so that nothing is padded or masked, and gives
`embedding`, float32 [batch, width], of length 1. It is made of what ONNX Runtime's optimiser makes of an exported model
for BERT: one `Attention` a layer with its three products in one.
"""

import hashlib
import json
import math
from pathlib import Path

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file
from tokenizers import Tokenizer

# What ONNX Runtime 1.32 reads; `Gelu` needs 20.
OPSET = 20


class FolderError(Exception):
    """The folder does not hold an encoder of this kind; the message says which file is wrong."""


class Folder:
    """An encoder as sentence-transformers stores it: weights, sizes, tokenizer."""

    def __init__(self, path):
        path = Path(path)
        try:
            self.config = json.loads((path / "config.json").read_text(encoding="utf-8"))
            self.weights = load_file(path / "model.safetensors")
            self.tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
        # The tokenizers library raises plain exceptions.
        except Exception as error:
            raise FolderError(f"{path}: {error}; give a folder with config.json, model.safetensors and tokenizer.json") from error
        if self.config.get("model_type") != "bert" or self.config.get("hidden_act") != "gelu":
            raise FolderError(f"{path / 'config.json'}: not a BERT with GELU; give the folder of all-MiniLM-L6-v2")
        sizes = path / "sentence_bert_config.json"
        tokens = json.loads(sizes.read_text(encoding="utf-8"))["max_seq_length"] if sizes.exists() else 256
        self.digest = hashlib.sha256((path / "model.safetensors").read_bytes()).hexdigest()
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(tokens)

    def ids(self, text):
        """Numbers of the word pieces, with [CLS] and [SEP] around them."""
        return self.tokenizer.encode(text).ids

    def __getitem__(self, name):
        return self.weights[name]

    def layers(self):
        """The prefix of the names of each layer's weights."""
        return [f"encoder.layer.{layer}" for layer in range(self.config["num_hidden_layers"])]


def graph(folder):
    """The encoder as an ONNX model in floating point."""
    nodes, constants = [], []
    epsilon, heads = folder.config["layer_norm_eps"], folder.config["num_attention_heads"]

    def constant(name, value):
        constants.append(numpy_helper.from_array(numpy.ascontiguousarray(value), name))
        return name

    def node(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def dense(value, prefix, output):
        weight = constant(f"{output}.weight", folder[f"{prefix}.weight"].T)
        return node("Add", [node("MatMul", [value, weight], f"{output}.product"), constant(f"{output}.bias", folder[f"{prefix}.bias"])], output)

    def norm(value, prefix, output):
        scale, shift = (constant(f"{output}.{part}", folder[f"{prefix}.LayerNorm.{part}"]) for part in ("weight", "bias"))
        return node("LayerNormalization", [value, scale, shift], output, epsilon=epsilon)

    words = node("Gather", [constant("words", folder["embeddings.word_embeddings.weight"]), "ids"], "word_rows")
    # Every token is of the first of two texts.
    places = folder["embeddings.position_embeddings.weight"] + folder["embeddings.token_type_embeddings.weight"][0]
    tokens = node("Shape", ["ids"], "tokens", start=1, end=2)
    zero = constant("zero", numpy.array([0], numpy.int64))
    places = node("Slice", [constant("places", places), zero, tokens, zero], "place_rows")
    value = norm(node("Add", [words, places], "embedded"), "embeddings", "layer0")
    for number, prefix in enumerate(folder.layers(), 1):
        inside = [f"{prefix}.attention.self.{part}" for part in ("query", "key", "value")]
        weight = numpy.concatenate([folder[f"{part}.weight"].T for part in inside], axis=1)
        bias = numpy.concatenate([folder[f"{part}.bias"] for part in inside])
        weight, bias = constant(f"attention{number}.weight", weight), constant(f"attention{number}.bias", bias)
        attended = node("Attention", [value, weight, bias], f"attention{number}", domain="com.microsoft", num_heads=heads)
        output = dense(attended, f"{prefix}.attention.output.dense", f"attended{number}")
        value = norm(node("Add", [output, value], f"with_input{number}"), f"{prefix}.attention.output", f"normed{number}")
        wide = node("Gelu", [dense(value, f"{prefix}.intermediate.dense", f"wide{number}")], f"gelu{number}")
        output = dense(wide, f"{prefix}.output.dense", f"narrow{number}")
        value = norm(node("Add", [output, value], f"with_middle{number}"), f"{prefix}.output", f"layer{number}")
    one = constant("one", numpy.array([1], numpy.int64))
    mean = node("ReduceMean", [value, one], "mean", keepdims=0)
    length = node("ReduceL2", [mean, one], "length", keepdims=1)
    node("Div", [mean, length], "embedding")
    width = folder.config["hidden_size"]
    made = helper.make_graph(
        nodes,
        "encoder",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "tokens"])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", width])],
        constants,
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
    # The version of the format of that opset; that of the package may be newer than what the runtime reads.
    return helper.make_model(made, opset_imports=opsets, ir_version=9)


_erf = numpy.vectorize(math.erf, otypes=[numpy.float64])


def forward(folder, ids):
    """The embedding of one text, in 64 bits, product by product as the paper has it (Devlin et al. 2019)."""

    def dense(value, prefix):
        return value @ folder[f"{prefix}.weight"].astype(numpy.float64).T + folder[f"{prefix}.bias"]

    def norm(value, prefix):
        centred = value - value.mean(axis=-1, keepdims=True)
        deviation = numpy.sqrt((centred**2).mean(axis=-1, keepdims=True) + folder.config["layer_norm_eps"])
        return centred / deviation * folder[f"{prefix}.LayerNorm.weight"] + folder[f"{prefix}.LayerNorm.bias"]

    heads, width = folder.config["num_attention_heads"], folder.config["hidden_size"]
    kinds, words, places = (folder[f"embeddings.{name}_embeddings.weight"] for name in ("token_type", "word", "position"))
    value = norm(words[ids].astype(numpy.float64) + places[: len(ids)] + kinds[0], "embeddings")
    for prefix in folder.layers():

        def split(part):
            return dense(value, f"{prefix}.attention.self.{part}").reshape(len(ids), heads, -1).transpose(1, 0, 2)

        query, key, content = split("query"), split("key"), split("value")
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(width // heads)
        weights = numpy.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        attended = (weights @ content).transpose(1, 0, 2).reshape(len(ids), width)
        value = norm(dense(attended, f"{prefix}.attention.output.dense") + value, f"{prefix}.attention.output")
        wide = dense(value, f"{prefix}.intermediate.dense")
        wide = wide * 0.5 * (1.0 + _erf(wide / math.sqrt(2.0)))
        value = norm(dense(wide, f"{prefix}.output.dense") + value, f"{prefix}.output")
    mean = value.mean(axis=0)
    return mean / numpy.linalg.norm(mean)
