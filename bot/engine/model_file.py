"""The trained model on disk and the manifest that says what it must be.

A model is unpacked and partly unpickled when it is loaded, so one that is not byte for byte what `make train` wrote is
refused (fault 51). The manifest maps a file name in `models/` to its SHA-256; other rooms keep their own lines in it.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

MODEL_NAME = "engine.tar.gz"
MANIFEST_NAME = "manifest.json"


class ModelRefused(RuntimeError):
    """The model is missing or not the one of the manifest; the message says which and what to do."""


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def read_manifest(models: Path) -> dict[str, object]:
    """File name -> SHA-256 in hex. Empty where there is no manifest. Raises ModelRefused on a damaged one."""
    path = models / MANIFEST_NAME
    if not path.is_file():
        return {}
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelRefused(f"{path} is not JSON; run `make train`") from error
    if not isinstance(manifest, dict):
        raise ModelRefused(f"{path} is not a JSON object; run `make train`")
    return manifest


def write_to_manifest(models: Path, name: str) -> str:
    """Records the hash of `models/name`, keeping every other line. Returns the hash."""
    digest = sha256_of(models / name)
    manifest = {**read_manifest(models), name: digest}
    # Replaced in one step: an engine that starts meanwhile reads the old manifest or the new one, never half of it.
    new = models / f"{MANIFEST_NAME}.{os.getpid()}"
    new.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    new.replace(models / MANIFEST_NAME)
    return digest


def verified_model(models: Path) -> Path:
    """The engine's model, checked against the manifest. Raises ModelRefused."""
    path = models / MODEL_NAME
    if not path.is_file():
        raise ModelRefused(f"{path} is missing; run `make train`")
    wanted = read_manifest(models).get(MODEL_NAME)
    found = sha256_of(path)
    if wanted != found:
        raise ModelRefused(
            f"{path} has the SHA-256 {found}, the manifest says {wanted}; if you did not change it yourself, "
            "find out who did, then run `make train`"
        )
    return path
