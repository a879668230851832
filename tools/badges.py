"""The Colab badge and the install cell under every notebook's title, and the address in `git+…`, from settings.ini: `python tools/badges.py [--check]`."""
import json, re, sys
from pathlib import Path
from nbdev.config import get_config

def cells(path):
    "The two cells that stand under the title of the notebook at `path`."
    cfg = get_config(); repo = cfg.git_url.split('github.com/')[-1]
    rel = Path(path).absolute().relative_to(cfg.config_path)
    url = f'https://colab.research.google.com/github/{repo}/blob/{cfg.branch}/{rel.as_posix()}'
    badge = f'<a href="{url}"><img alt="Open in Colab" src="https://colab.research.google.com/assets/colab-badge.svg"></a>'
    install = f'#| hide\n#| eval: false\n%pip install -q "eigenshift @ git+{cfg.git_url}"'
    return [dict(cell_type='markdown', id='c01ab000', metadata={}, source=[badge]),
            dict(cell_type='code', id='c01ab001', metadata={}, execution_count=None, outputs=[], source=install.splitlines(keepends=True))]

def stamp(path, check=False):
    "Put the two cells under the title; with `check`, only say whether they stand there."
    path = Path(path); nb = json.loads(path.read_text()); before = [(c.get('id'), ''.join(c['source'])) for c in nb['cells']]
    rest = [c for c in nb['cells'] if c.get('id') not in ('c01ab000', 'c01ab001')]
    at = next((i for i, c in enumerate(rest) if c['cell_type'] == 'markdown' and ''.join(c['source']).startswith('# ')), -1)+1
    for c in rest: c['source'] = re.sub(r'git\+https://github\.com/[\w./-]+', f'git+{get_config().git_url}', ''.join(c['source'])).splitlines(keepends=True)
    want = rest[:at]+cells(path)+rest[at:]
    same = [(c['id'], ''.join(c['source'])) for c in want] == before
    if not same and not check:
        nb['cells'] = want
        path.write_text(json.dumps(nb, indent=1, sort_keys=True, ensure_ascii=False)+'\n')
    return same

if __name__ == '__main__':
    check = '--check' in sys.argv
    bad = [p for p in sorted(get_config().nbs_path.rglob('*.ipynb')) if '.ipynb_checkpoints' not in p.parts and not stamp(p, check)]
    if check and bad: sys.exit('badge or install cell missing or stale (run `python tools/badges.py`): '+', '.join(p.name for p in bad))
