"""Every notebook through nbdev's tester, and beside them the checks of what is generated; ends with `N passed, M failed`.

`python tools/test.py [glob …] [--flags "slow gpu"]`: with globs, only those notebooks and no checks.
"""
import argparse
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from nbdev.config import get_config
from rules import breaches, face, loose_names, lost_names
from testnb import one

root = get_config().config_path

def tracked() -> list[str]:
    "The files of the working tree that git tracks or would track."
    out = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard', '-z'], cwd=root, capture_output=True, check=True).stdout.decode()
    return [p for p in out.split('\0') if p and (root/p).is_file()]

def generated_differs(copy: Path, path: str) -> bool:
    "Whether a file differs between the working tree and a freshly generated copy."
    return not ((root/path).exists() and (copy/path).exists() and filecmp.cmp(root/path, copy/path, shallow=False))

def drift() -> list[str]:
    "Files that nbdev_export and nbdev_clean would change, on a copy."
    with tempfile.TemporaryDirectory(prefix='eigenshift-') as folder:
        copy = Path(folder)
        for path in tracked():
            (copy/path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root/path, copy/path)
        env = {**os.environ, 'PYTHONPATH': str(copy)}
        for command in ('nbdev_export', 'nbdev_clean'):
            subprocess.run([Path(sys.executable).parent/command], cwd=copy, env=env, check=True, capture_output=True)
        made = {str(p.relative_to(copy)) for p in (copy/'eigenshift').rglob('*.py')}
        files = {p for p in tracked() if p.startswith(('nbs/', 'eigenshift/')) and p.endswith(('.ipynb', '.py'))}
        return [path for path in sorted(files | made) if generated_differs(copy, path)]

def assets() -> list[str]:
    "What is wrong with the bundled files: their size, or a format that runs code when it is read."
    files = [p for p in (root/'eigenshift/assets').rglob('*') if p.is_file()]
    megabytes = sum(p.stat().st_size for p in files)/1e6
    large = [f'{megabytes:.1f} MB of assets, more than 22'] if megabytes > 22 else []
    return large+[f'{p}: pickled' for p in files if p.suffix in ('.bin', '.pkl', '.pt', '.joblib')]

def script(*args: str) -> list[str]:
    "The last lines of a tool that ended badly."
    done = subprocess.run([sys.executable, *args], cwd=root, capture_output=True, text=True)
    return (done.stdout+done.stderr).strip().splitlines()[-12:] if done.returncode else []

checks = { # the longest first
    'docs: pages, sidebar, links, outputs': lambda: script('tools/checkdocs.py'),
    'types of the public face (mypy)': lambda: script('-m', 'mypy'),
    'README\'s numbers, run afresh': lambda: script('tools/readme.py', '--rerun'),
    'notebooks and modules in step (nbdev_export, nbdev_clean)': drift,
    'rooms: who imports whom': breaches,
    'names that a module lacks or does not use (pyflakes)': loose_names,
    'names that a cell uses and nothing defines, slow cells too (pyflakes)': lost_names,
    'the public face and its types agree': face,
    'README in step with index.ipynb': lambda: script('tools/readme.py', '--check'),
    'badges and install cells': lambda: script('tools/badges.py', '--check'),
    'assets': assets,
}
checked_too = {root/'nbs/index.ipynb'} # notebooks that a check runs from the first cell to the last

def arguments() -> argparse.Namespace:
    "What the command line says."
    parser = argparse.ArgumentParser()
    parser.add_argument('globs', nargs='*')
    parser.add_argument('--flags', default='')
    parser.add_argument('--workers', type=int, default=min(4, max(2, os.cpu_count() or 2)), help='at a time, 2 GB of memory each')
    return parser.parse_args()

def notebooks(globs: list[str]) -> list[Path]:
    "The notebooks that the globs name, the largest first, since they take longest."
    found = [p.absolute() for glob in globs or ['nbs/**/*.ipynb'] for p in root.glob(glob)]
    return sorted((p for p in found if '.ipynb_checkpoints' not in p.parts and not p.name.startswith(('_', '.'))), key=lambda p: -p.stat().st_size)

def report(ok: bool, seconds: float, name: object, details: list[str]) -> bool:
    "One line of the report; returns what it was told."
    print(f"{'ok  ' if ok else 'FAIL'} {seconds:6.1f} s  {name}", *details, sep='\n       ', flush=True)
    return ok

def run_check(find: Callable[[], list[str]]) -> tuple[bool, float, list[str]]:
    "Whether a check finds nothing, its seconds, and what it finds."
    start = time.time()
    try: wrong = find()
    except Exception as e: wrong = [f'the check failed: {e!r}']
    return not wrong, time.time()-start, wrong

def run_all(paths: list[Path], checks: dict[str, Callable[[], list[str]]], flags: list[str], workers: int) -> list[bool]:
    "Whether each check and each notebook passes, in the order in which they end; as many at a time as there are workers."
    how = dict(skip_flags=get_config().tst_flags.split(), force_flags=flags, basepath=root)
    # a thread waits for a check's own processes, or for one of the processes that run notebooks, one after the other
    with ProcessPoolExecutor(workers, mp_context=get_context('spawn')) as pool, ThreadPoolExecutor(workers) as threads:
        def run_notebook(path):
            try: return *pool.submit(one, path, **how).result(), []
            except Exception as e: return False, 0, [f'the worker died: {e!r}']
        jobs = {threads.submit(run_check, find): name for name, find in checks.items()}
        jobs |= {threads.submit(run_notebook, path): path.relative_to(root) for path in paths}
        return [report(ok, seconds, jobs[job], found) for job in as_completed(jobs) for ok, seconds, found in [job.result()]]

def main() -> int:
    args = arguments()
    os.chdir(root)
    start, paths, wanted = time.time(), notebooks(args.globs), {} if args.globs else checks
    if wanted: paths = [path for path in paths if path not in checked_too]
    if not paths: print('no notebook found'); print('0 passed, 1 failed'); return 1
    results = run_all(paths, wanted, args.flags.split(), args.workers)
    print(f'{time.time()-start:.0f} s in all')
    print(f'{sum(results)} passed, {len(results)-sum(results)} failed')
    return int(not all(results))

if __name__ == '__main__': sys.exit(main())
