# What the interop tests share: where things are, and the vectors.
# SPDX-License-Identifier: Apache-2.0
"""LANTIK_INTEROP: the program built from interop.c. Without it the tests that need the C side are skipped."""

import os
import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "docs" / "vectors"
sys.path.insert(0, str(ROOT / "examples" / "python"))
sys.dont_write_bytecode = True

INTEROP = os.environ.get("LANTIK_INTEROP")


def interop(*args):
    return subprocess.run([INTEROP, *map(str, args)], capture_output=True, text=True, check=False, timeout=120)


def vector(name):
    return (VECTORS / name).read_bytes()


def values():
    """values.txt: one name and one value a line."""
    return dict(line.split(" ", 1) for line in vector("values.txt").decode().splitlines())


def seeded(name):
    """A source of chance whose seed is printed; LANTIK_SEED repeats a run."""
    seed = os.environ.get("LANTIK_SEED") or str(random.SystemRandom().getrandbits(32))
    print(f"{name}: seed {seed}", flush=True)
    return random.Random(seed)
