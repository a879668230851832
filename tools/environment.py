"""A virtual environment at the path given, when there is none yet, for a Python that the package supports."""
import sys, venv
from pathlib import Path

path = Path(sys.argv[1])
if sys.version_info < (3, 11): sys.exit(f'Python {sys.version.split()[0]} is too old: eigenshift needs 3.11 or later. Say which one to use: make test PYTHON=python3.12')
if not (path/'bin/python').exists():
    print(f'Making {path} and installing; this takes some minutes, once.', flush=True)
    venv.create(path, with_pip=True)
