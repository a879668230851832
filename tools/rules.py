"""The rooms of the package and who may import whom: `python tools/rules.py` names every breach.

A room imports only rooms above it in `rooms`; `editing` and `probing` do not know each other; modules of a room form no circle;
nobody imports a private name of another module; our own package is imported inside a function only in `app`.
And a module has every name that it uses, which its notebook, where tests import more, cannot tell; and uses what it imports. A notebook defines every name that its cells use, those that no test runs included.
"""
import ast
import json
import re
import sys
from pathlib import Path
from pyflakes.checker import Checker
from pyflakes.messages import UndefinedName, UnusedImport, UnusedVariable

root = Path(__file__).resolve().parent.parent
package = 'eigenshift'
rooms = ['core', 'reference', 'environment', 'metrics', 'runs', 'progress', 'text', 'models', 'states', 'editing', 'probing', 'evaluation', 'tuning', 'paper', 'app']
strangers = {frozenset(('editing', 'probing'))}

def modules() -> dict[str, ast.Module]:
    "Name (`editing.fisher`) -> syntax tree of every module; the face of the package and generated indices are left out."
    paths = sorted((root/package).rglob('*.py'))
    return {'.'.join(p.relative_to(root/package).with_suffix('').parts): ast.parse(p.read_text())
            for p in paths if p.name not in ('__init__.py', '__main__.py', '_modidx.py')}

def target(module: str, node: ast.ImportFrom) -> str | None:
    "The module of ours that an import names, if it names one."
    if not node.level: return node.module.removeprefix(f'{package}.') if node.module.startswith(f'{package}.') else None
    parts = module.split('.')[:-node.level]
    return '.'.join(parts+([node.module] if node.module else [])) or None

def imports(name: str, tree: ast.Module) -> list[tuple[str, list[str], int, bool]]:
    "(target, names, line, inside a function) of every import of our own package."
    inside = {id(n) for f in ast.walk(tree) if isinstance(f, (ast.FunctionDef, ast.AsyncFunctionDef)) for n in ast.walk(f)}
    found = [(target(name, n), n) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    return [(t, [a.name for a in n.names], n.lineno, id(n) in inside) for t, n in found if t]

def circles(edges: dict[str, set[str]]) -> list[str]:
    "Modules that import each other, round and round."
    done, found = set(), []
    def visit(name, path):
        if name in path: found.append(' -> '.join(path[path.index(name):]+[name])); return
        if name in done: return
        for other in sorted(edges.get(name, ())): visit(other, path+[name])
        done.add(name)
    for name in sorted(edges): visit(name, [])
    return found

def breach(module: str, other: str, names: list[str], local: bool) -> list[str]:
    "What is wrong with one import."
    room, theirs = module.split('.')[0], other.split('.')[0]
    if unknown := [r for r in (room, theirs) if r not in rooms]: return [f'{unknown[0]} is no room: add it to tools/rules.py']
    wrong = []
    if rooms.index(theirs) > rooms.index(room) or frozenset((room, theirs)) in strangers: wrong.append(f'{room} does not import {theirs}')
    if private := [n for n in names if n.startswith('_') and not n.startswith('__')]: wrong.append(f'{", ".join(private)} is private')
    if local and room != 'app': wrong.append('imported inside a function')
    return wrong

def breaches() -> list[str]:
    "Every breach of the rules, with its place."
    edges, out = {}, []
    for name, tree in modules().items():
        for other, names, line, local in imports(name, tree):
            edges.setdefault(name, set()).add(other)
            out += [f'{name}:{line}: {what} (from {other} import {", ".join(names)})' for what in breach(name, other, names, local)]
    return out+[f'circle: {c}' for c in circles(edges)]

def loose_names() -> list[str]:
    "Names that a module uses and does not have, and those that it has for nothing; `editing.methods` imports methods so that they are known."
    found = [(name, message) for name, tree in modules().items() for message in Checker(tree, name).messages]
    return [str(message) for name, message in found if isinstance(message, (UndefinedName, UnusedVariable))
            or (isinstance(message, UnusedImport) and name != 'editing.methods')]

notebook_names = {'get_ipython', 'display'} # what a notebook has without defining it

def code_of(notebook: Path) -> str:
    "The code of all cells of a notebook, one after the other; lines for the shell are left out."
    cells = [''.join(cell['source']) for cell in json.loads(notebook.read_text())['cells'] if cell['cell_type'] == 'code']
    return '\n'.join(re.sub(r'^(\s*)[%!].*$', r'\1pass', cell, flags=re.M) for cell in cells)

def lost_names() -> list[str]:
    "Names that a cell of a notebook uses and nothing defines; most of all in slow cells, which no test runs."
    found = []
    for path in sorted((root/'nbs').rglob('*.ipynb')):
        if '.ipynb_checkpoints' in path.parts: continue
        messages = Checker(ast.parse(code_of(path)), str(path.relative_to(root))).messages
        lost = {message.message_args[0] for message in messages if isinstance(message, UndefinedName)}-notebook_names
        found += [f'{path.relative_to(root)}: nothing defines {name}' for name in sorted(lost)]
    return found

def face() -> list[str]:
    "Names of the top level that the package and its stub for editors do not share."
    tree = ast.parse((root/package/'__init__.py').read_text())
    table = next(ast.literal_eval(n.value) for n in tree.body if isinstance(n, ast.Assign) and n.targets[0].id == '_face')
    stub = {(n.module, a.name) for b in tree.body if isinstance(b, ast.If) for n in b.body if isinstance(n, ast.ImportFrom) for a in n.names}
    differ = stub ^ {(module, name) for module, names in table.items() for name in names}
    out = [f'eigenshift/__init__.py: {module}.{name} stands in one of _face and its TYPE_CHECKING block only' for module, name in sorted(differ)]
    trees = modules()
    lacking = [(module, name) for module, names in table.items() for name in names if name not in top_names(trees[module])]
    return out+[f'eigenshift/__init__.py: {module} has no {name}' for module, name in lacking]

def top_names(tree: ast.Module) -> set[str]:
    "What a module defines or imports at its top level."
    found = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)): found.add(node.name)
        if isinstance(node, (ast.Import, ast.ImportFrom)): found |= {a.asname or a.name for a in node.names}
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        found |= {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}
    return found

if __name__ == '__main__':
    found = breaches()+loose_names()+lost_names()+face()
    print(*found or ['no breach'], sep='\n')
    sys.exit(bool(found))
