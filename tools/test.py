"""Every notebook through nbdev's tester, then the checks of what is generated; ends with `N passed, M failed`.

`python tools/test.py [glob …] [--flags "slow gpu"]`: with globs, only those notebooks and no checks.
"""
import argparse, filecmp, os, shutil, subprocess, sys, tempfile, time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from nbdev.config import get_config
from testnb import one

root = get_config().config_path

def tracked():
    "The files of the working tree that git tracks or would track."
    out = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard', '-z'], cwd=root, capture_output=True, check=True).stdout.decode()
    return [p for p in out.split('\0') if p and (root/p).is_file()]

def drift():
    "Files that nbdev_export and nbdev_clean would change, on a copy."
    with tempfile.TemporaryDirectory(prefix='eigenshift-') as d:
        d = Path(d)
        for p in tracked():
            (d/p).parent.mkdir(parents=True, exist_ok=True); shutil.copy2(root/p, d/p)
        env = {**os.environ, 'PYTHONPATH': str(d)}
        for cmd in ('nbdev_export', 'nbdev_clean'): subprocess.run([Path(sys.executable).parent/cmd], cwd=d, env=env, check=True, capture_output=True)
        made = {str(p.relative_to(d)) for p in (d/'eigenshift').rglob('*.py')}
        files = {p for p in tracked() if p.startswith(('nbs/', 'eigenshift/')) and p.endswith(('.ipynb', '.py'))}
        return [p for p in sorted(files | made) if not ((root/p).exists() and (d/p).exists() and filecmp.cmp(root/p, d/p, shallow=False))]

def assets():
    "What is wrong with the bundled files: their size, or a format that runs code when it is read."
    files = [p for p in (root/'eigenshift/assets').rglob('*') if p.is_file()]
    mb = sum(p.stat().st_size for p in files)/1e6
    return ([f'{mb:.1f} MB of assets, more than 22'] if mb > 22 else [])+[f'{p}: pickled' for p in files if p.suffix in ('.bin', '.pkl', '.pt', '.joblib')]

def script(*args):
    "The last lines of a tool that ended badly."
    r = subprocess.run([sys.executable, *args], cwd=root, capture_output=True, text=True)
    return (r.stdout+r.stderr).strip().splitlines()[-12:] if r.returncode else []

checks = {'notebooks and modules in step (nbdev_export, nbdev_clean)': drift,
          'README in step with index.ipynb': lambda: script('tools/readme.py', '--check'),
          'badges and install cells': lambda: script('tools/badges.py', '--check'),
          'docs: pages, sidebar, links, outputs': lambda: script('tools/checkdocs.py'),
          'assets': assets}

def main():
    p = argparse.ArgumentParser(); p.add_argument('globs', nargs='*'); p.add_argument('--flags', default=''); p.add_argument('--workers', type=int, default=2)
    args = p.parse_args(); os.chdir(root)
    nbs = [q.absolute() for g in args.globs or ['nbs/**/*.ipynb'] for q in sorted(root.glob(g)) if '.ipynb_checkpoints' not in q.parts and not q.name.startswith(('_', '.'))]
    if not nbs: print('no notebook found'); print('0 passed, 1 failed'); return 1
    passed = failed = 0; t = time.time()
    with ProcessPoolExecutor(args.workers, mp_context=get_context('spawn')) as pool:
        skip = dict(skip_flags=get_config().tst_flags.split(), force_flags=args.flags.split(), basepath=root)
        jobs = {pool.submit(one, fn, **skip): fn for fn in sorted(nbs, key=lambda q: -q.stat().st_size)}
        for job in as_completed(jobs):
            try: ok, seconds = job.result()
            except Exception as e: ok, seconds = False, 0; print(f'{jobs[job].name}: the worker died: {e!r}')
            passed += ok; failed += not ok
            print(f"{'ok  ' if ok else 'FAIL'} {seconds:6.1f} s  {jobs[job].relative_to(root)}", flush=True)
    for name, check in ({} if args.globs else checks).items():
        s = time.time(); bad = check(); passed += not bad; failed += bool(bad)
        print(f"{'FAIL' if bad else 'ok  '} {time.time()-s:6.1f} s  {name}", *bad, sep='\n       ', flush=True)
    print(f'{time.time()-t:.0f} s in all'); print(f'{passed} passed, {failed} failed')
    return bool(failed)

if __name__ == '__main__': sys.exit(main())
