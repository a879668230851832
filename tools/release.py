"""The wheel as a user gets it: built from the sdist, installed alone in a fresh environment, and the README's lines run from there.

`python tools/release.py`                  builds both into dist and tries the wheel
`python tools/release.py --tag v0.1.0`     first checks that tag, settings.ini and CHANGELOG.md name the same version
`python tools/release.py --notes`          prints what CHANGELOG.md says of this version
`--torch "torch --index-url …"`            which build of torch the fresh environment gets
"""
import argparse
import os
import re
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
from configparser import ConfigParser
from pathlib import Path
from execnb.nbio import read_nb
from readme import differing, printed

root = Path(__file__).resolve().parent.parent

def setting(name: str) -> str:
    "A value of settings.ini."
    parser = ConfigParser(delimiters=['='])
    parser.read(root/'settings.ini', encoding='utf-8')
    return parser['DEFAULT'][name]

def notes(version: str) -> tuple[str, str]:
    "(heading, text) of a version in CHANGELOG.md."
    parts = re.split(r'^## (.*)\n', (root/'CHANGELOG.md').read_text(encoding='utf-8'), flags=re.M)
    found = {heading.split()[0]: (heading, text.strip()) for heading, text in zip(parts[1::2], parts[2::2])}
    if version not in found: sys.exit(f'CHANGELOG.md has no section "## {version} (date)"; it has {", ".join(found) or "none"}')
    return found[version]

def check_tag(tag: str) -> None:
    "Refuse a tag that is not the version, and a version without a dated section of changes."
    version = setting('version')
    if tag != f'v{version}': sys.exit(f'the tag is {tag}, settings.ini says {version}: tag v{version}, or raise the version (and export)')
    heading, text = notes(version)
    if not re.fullmatch(rf'{re.escape(version)} \(\d{{4}}-\d\d-\d\d\)', heading): sys.exit(f'CHANGELOG.md says "## {heading}"; write "## {version} (year-month-day)"')
    if not text: sys.exit(f'CHANGELOG.md says nothing under "## {heading}"')

def run(*command: object, cwd: Path = root, shown: bool = True) -> str:
    "What a command prints; where it fails, that is shown and the tool ends."
    if shown: print('$', *(Path(str(part)).name if str(part).startswith('/') else part for part in command), flush=True)
    alone = {k: v for k, v in os.environ.items() if k not in ('PYTHONPATH', 'PYTHONHOME', 'VIRTUAL_ENV')}
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=alone, capture_output=True, text=True)
    if done.returncode: sys.exit(f'{done.stdout}{done.stderr}\nended with status {done.returncode}')
    return done.stdout

def build() -> Path:
    "The wheel, made from the sdist, so that what the sdist lacks is missed."
    for folder in ('dist', 'build'): shutil.rmtree(root/folder, ignore_errors=True)
    run(sys.executable, '-m', 'build')
    [wheel] = (root/'dist').glob('*.whl')
    return wheel

def lines_of_readme() -> tuple[str, str]:
    "The cells that the README shows and that are run, as one script, and what they printed when it was made."
    cells = [c for c in read_nb(root/'nbs/index.ipynb').cells if c.cell_type == 'code' and not c.source.startswith('#|')]
    return '\n'.join(c.source for c in cells), '\n'.join(printed(c.get('outputs', [])) for c in cells)

def try_wheel(wheel: Path, torch: str) -> None:
    "Install a wheel and nothing else, and use it as the README does, away from the repository."
    script, stored = lines_of_readme()
    with tempfile.TemporaryDirectory(prefix='eigenshift-wheel-') as folder:
        away = Path(folder)
        python = away/'venv/bin/python'
        run(sys.executable, '-m', 'venv', away/'venv')
        if torch: run(python, '-m', 'pip', 'install', '-q', *shlex.split(torch))
        run(python, '-m', 'pip', 'install', '-q', wheel)
        run(python, '-m', 'pip', 'check')
        for command in ([python.parent/'eigenshift', '--version'], [python, '-m', 'eigenshift', '--version']):
            said = run(*command, cwd=away).strip()
            if said != setting('version'): sys.exit(f'it says that it is {said}, not {setting("version")}')
        for subcommand in ('run', 'probe', 'tune', 'merge', 'check'): run(python.parent/'eigenshift', subcommand, '--help', cwd=away)
        (away/'readme.py').write_text(script, encoding='utf-8')
        start = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        fresh = run(python, 'readme.py', cwd=away)
        seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime-start
        print(fresh)
        if not stored.strip() or differing(stored, fresh): sys.exit(f'README.md says otherwise:\n{stored}')
        print(f'{len(script.strip().splitlines())} lines of the README in {seconds:.0f} s of processor time, the numbers that it states')
        print(run(python, '-m', 'pip', 'list', '--format=freeze', shown=False))

def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--tag', default='')
    parser.add_argument('--torch', default='')
    parser.add_argument('--notes', action='store_true')
    args = parser.parse_args()
    if args.notes: print(notes(setting('version'))[1]); return
    if args.tag: check_tag(args.tag)
    wheel = build()
    try_wheel(wheel, args.torch)
    print(f'{wheel.relative_to(root)}: {wheel.stat().st_size/1e6:.1f} MB, installs alone and does what the README says')

if __name__ == '__main__': main()
