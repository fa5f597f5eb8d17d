"""Export the tuned models to the int8 ONNX files that the package ships.

    python training/export.py [--encoder FILE] [--reader FILE] [--entailment FILE]

Writes what is given of encoder.onnx, reader.onnx and entailment.onnx, and tokenizer.json, LICENSE and manifest.json (digests) into src/caseroom/language/weights/.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import onnx
import torch
from cross import CrossEncoder
from minilm import MiniLM, base_folder
from quantise import quantise
from safetensors.torch import load_file
from torch import nn

TARGET = Path(__file__).parent.parent / "src" / "caseroom" / "language" / "weights"
FILES = ("encoder.onnx", "reader.onnx", "entailment.onnx", "tokenizer.json")
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
LICENCE = TARGET.parents[3] / "LICENSE"
"""The base weights and this project are both under Apache-2.0."""


def export(model: nn.Module, inputs: int, path: Path) -> None:
    """Write one model, quantised, with batch and length left free; it takes the first `inputs` of `INPUTS`."""
    names = list(INPUTS[:inputs])
    ids = torch.randint(5, 1000, (2, 9))
    given = (ids, torch.ones_like(ids), torch.zeros_like(ids))[:inputs]
    with tempfile.TemporaryDirectory() as folder:
        torch.onnx.export(
            model,
            given,
            str(Path(folder) / "float.onnx"),
            input_names=names,
            output_names=["output"],
            dynamic_axes={**{name: {0: "batch", 1: "length"} for name in names}, "output": {0: "batch"}},
            opset_version=18,
            dynamo=False,
        )
        onnx.save(quantise(onnx.load(Path(folder) / "float.onnx")), path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path)
    parser.add_argument("--reader", type=Path)
    parser.add_argument("--entailment", type=Path)
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.encoder:
        encoder = MiniLM()
        encoder.load_state_dict(load_file(options.encoder))
        export(encoder.eval(), 2, options.out / "encoder.onnx")
    for name, outputs in (("reader", 1), ("entailment", 4)):
        if path := getattr(options, name):
            model = CrossEncoder(MiniLM(), outputs)
            model.load_state_dict(load_file(path))
            export(model.eval(), 3, options.out / f"{name}.onnx")
    shutil.copy(base_folder() / "tokenizer.json", options.out / "tokenizer.json")
    shutil.copy(LICENCE, options.out / "LICENSE")
    digests = {name: hashlib.sha256((options.out / name).read_bytes()).hexdigest() for name in FILES if (options.out / name).exists()}
    manifest = {"base": "all-MiniLM-L6-v2", "licence": "Apache-2.0", "sha256": digests}
    (options.out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(manifest, indent=2))


if __name__ == "__main__":
    main()
