"""Export the tuned encoder to the int8 ONNX file that the package ships.

    python training/export.py --encoder build/encoder.safetensors

Writes encoder.onnx, tokenizer.json, LICENSE and manifest.json (digests) into src/caseroom/language/weights/.
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
from minilm import MiniLM, base_folder
from quantise import quantise
from safetensors.torch import load_file
from torch import nn

TARGET = Path(__file__).parent.parent / "src" / "caseroom" / "language" / "weights"
LICENCE = TARGET.parents[3] / "LICENSE"
"""The base weights and this project are both under Apache-2.0."""


def export(model: nn.Module, path: Path) -> None:
    """Write the model, quantised, with batch and length left free."""
    ids = torch.randint(5, 1000, (2, 9))
    axes = {0: "batch", 1: "length"}
    with tempfile.TemporaryDirectory() as folder:
        torch.onnx.export(
            model,
            (ids, torch.ones_like(ids)),
            str(Path(folder) / "float.onnx"),
            input_names=["input_ids", "attention_mask"],
            output_names=["tokens"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "tokens": axes},
            opset_version=18,
            dynamo=False,
        )
        onnx.save(quantise(onnx.load(Path(folder) / "float.onnx")), path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    encoder = MiniLM()
    encoder.load_state_dict(load_file(options.encoder))
    export(encoder.eval(), options.out / "encoder.onnx")
    shutil.copy(base_folder() / "tokenizer.json", options.out / "tokenizer.json")
    shutil.copy(LICENCE, options.out / "LICENSE")
    names = ("encoder.onnx", "tokenizer.json")
    digests = {name: hashlib.sha256((options.out / name).read_bytes()).hexdigest() for name in names}
    manifest = {"base": "all-MiniLM-L6-v2", "licence": "Apache-2.0", "sha256": digests}
    (options.out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(manifest, indent=2))


if __name__ == "__main__":
    main()
