"""The Colab badge and the install cell under every notebook's title, from settings.ini: `python tools/badges.py [--check]`."""
import json
import re
import sys
from pathlib import Path
from nbdev.config import get_config

badge_id, install_id = 'c01ab000', 'c01ab001'

def badge(path: Path, cfg) -> dict:
    "The cell that opens a notebook on Colab."
    repo = cfg.git_url.split('github.com/')[-1]
    where = path.absolute().relative_to(cfg.config_path).as_posix()
    link = f'https://colab.research.google.com/github/{repo}/blob/{cfg.branch}/{where}'
    picture = '<img alt="Open in Colab" src="https://colab.research.google.com/assets/colab-badge.svg">'
    return dict(cell_type='markdown', id=badge_id, metadata={}, source=[f'<a href="{link}">{picture}</a>'])

def install(cfg) -> dict:
    "The cell that installs the package, hidden in the docs and skipped by the tests."
    source = f'#| hide\n#| eval: false\n%pip install -q "eigenshift @ git+{cfg.git_url}"'
    return dict(cell_type='code', id=install_id, metadata={}, execution_count=None, outputs=[], source=source.splitlines(keepends=True))

def stamped(cells: list[dict], path: Path, cfg) -> list[dict]:
    "The cells of a notebook with badge and install cell under the title, and the repository's present address."
    rest = [c for c in cells if c.get('id') not in (badge_id, install_id)]
    titles = [i for i, c in enumerate(rest) if c['cell_type'] == 'markdown' and ''.join(c['source']).startswith('# ')]
    at = titles[0]+1 if titles else 0
    for cell in rest:
        source = re.sub(r'git\+https://github\.com/[\w./-]+', f'git+{cfg.git_url}', ''.join(cell['source']))
        cell['source'] = source.splitlines(keepends=True)
    return rest[:at]+[badge(path, cfg), install(cfg)]+rest[at:]

def sources(cells: list[dict]) -> list[tuple]:
    return [(c.get('id'), ''.join(c['source'])) for c in cells]

def stamp(path: Path, check: bool = False) -> bool:
    "Whether a notebook has its two cells; without `check` it has them afterwards."
    notebook = json.loads(path.read_text())
    before = sources(notebook['cells'])
    notebook['cells'] = stamped(notebook['cells'], path, get_config())
    same = sources(notebook['cells']) == before
    if not same and not check: path.write_text(json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)+'\n')
    return same

if __name__ == '__main__':
    check = '--check' in sys.argv
    paths = sorted(p for p in get_config().nbs_path.rglob('*.ipynb') if '.ipynb_checkpoints' not in p.parts)
    stale = [p.name for p in paths if not stamp(p, check)]
    if check and stale: sys.exit('badge or install cell missing or stale (run `python tools/badges.py`): '+', '.join(stale))
