"""The versions that the tests run with.

`python tools/pins.py`            writes constraints.txt (every package of this environment, as `make test` has it) and eigenshift/assets/tested.json
`python tools/pins.py --lowest`   prints the lowest version of each package that settings.ini allows, as constraints
"""
import json
import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

root = Path(__file__).resolve().parent.parent
ours = 'eigenshift'
decisive = ('torch', 'transformers', 'tokenizers', 'datasets', 'accelerate', 'numpy', 'scikit-learn', 'captum', 'peft') # what numbers depend on

def requirements() -> list[str]:
    "All that settings.ini asks for, the extras included."
    parser = ConfigParser(delimiters=['='])
    parser.read(root/'settings.ini', encoding='utf-8')
    settings = parser['DEFAULT']
    return [word for key, value in settings.items() if key == 'requirements' or key.endswith('_requirements') for word in value.split()]

def lowest() -> list[str]:
    "`name==bound` for every requirement that has a lower bound; a pin stays one."
    bounds = {}
    for requirement in requirements():
        found = re.match(r'([\w.-]+)(?:\[\w+\])?(==|>=)([\w.]+)', requirement)
        if found: bounds[found[1].lower()] = found[3]
    return [f'{name}=={version}' for name, version in sorted(bounds.items())]

def installed() -> list[str]:
    "`name==version` of every package in this environment but our own; builds (`+cpu`) are left to the machine."
    frozen = subprocess.run([sys.executable, '-m', 'pip', 'freeze', '--exclude-editable'], capture_output=True, text=True, check=True).stdout
    pins = [re.sub(r'\+[\w.]+$', '', line) for line in frozen.splitlines() if re.match(r'[\w.-]+==', line)]
    return [pin for pin in pins if not pin.startswith(f'{ours}==') and not pin.startswith(('nvidia-', 'triton=='))]

def main() -> None:
    if '--lowest' in sys.argv: print(*lowest(), sep='\n'); return
    pins = installed()
    (root/'constraints.txt').write_text('# The tested set. Renew it with: make pins\n'+'\n'.join(pins)+'\n')
    versions = dict(pin.split('==') for pin in pins)
    tested = {name: versions[name] for name in decisive if name in versions}
    (root/ours/'assets/tested.json').write_text(json.dumps(tested, indent=1)+'\n')

if __name__ == '__main__': main()
