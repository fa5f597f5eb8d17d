"""Export the sentence encoder to the int8 ONNX file that the package ships.

    python training/export_encoder.py [--weights FILE.safetensors]

Without `--weights` the base weights of all-MiniLM-L6-v2 are exported. Writes encoder.onnx, tokenizer.json, LICENSE and
manifest.json into src/caseroom/language/weights/.
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
from minilm import MiniLM, base_folder, load_base
from quantise import quantise
from safetensors.torch import load_file

TARGET = Path(__file__).parent.parent / "src" / "caseroom" / "language" / "weights"


def to_onnx(model: MiniLM, path: Path) -> None:
    """Write the float graph, with batch and length left free."""
    ids = torch.randint(5, 1000, (2, 9))
    axes = {0: "batch", 1: "length"}
    torch.onnx.export(
        model,
        (ids, torch.ones_like(ids)),
        str(path),
        input_names=["input_ids", "attention_mask"],
        output_names=["tokens"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "tokens": axes},
        opset_version=18,
        dynamo=False,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, help="tuned weights (safetensors) to export instead of the base weights")
    options = parser.parse_args()
    model = load_base()
    if options.weights:
        model.load_state_dict(load_file(options.weights))
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        to_onnx(model, Path(folder) / "float.onnx")
        onnx.save(quantise(onnx.load(Path(folder) / "float.onnx")), TARGET / "encoder.onnx")
    shutil.copy(base_folder() / "tokenizer.json", TARGET / "tokenizer.json")
    shutil.copy(TARGET.parents[3] / "LICENSE", TARGET / "LICENSE")  # the weights and this project are both under Apache-2.0
    name = "all-MiniLM-L6-v2, tuned" if options.weights else "all-MiniLM-L6-v2"
    digests = {f: hashlib.sha256((TARGET / f).read_bytes()).hexdigest() for f in ("encoder.onnx", "tokenizer.json")}
    manifest = {"name": name, "licence": "Apache-2.0", "sha256": digests}
    (TARGET / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(manifest, indent=2))


if __name__ == "__main__":
    main()
