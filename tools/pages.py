"""How the docs show what is defined, and which cells they fold: named by `renderer` and `procs` of settings.ini, found through PYTHONPATH=tools."""
import html
import inspect
import re
import textwrap
from fastcore.docments import ShowDocRenderer
from nbdev.doclinks import NbdevLookup
from eigenshift.reference import Parameter, definition, errors, parameters

long_cell = 12 # lines of a cell that draws, from which on it is folded

def code(text: str) -> str:
    "Code in a table's cell: HTML, so that neither | nor * nor a backtick is taken for Markdown."
    return f'<code>{html.escape(text).replace("|", "&#124;")}</code>' if text else ''

def prose(text: str) -> str:
    "A comment in a table's cell."
    return re.sub(r'([*<~^$])', r'\\\1', text).replace('|', '\\|')

def kind(text: str) -> str:
    "A type: linked by nbdev where it is a name of ours."
    return f'`{text}`' if text.isidentifier() and text not in ('str', 'int', 'float', 'bool', 'dict', 'list', 'tuple', 'object') else code(text)

def row(*cells: str) -> str: return '| '+' | '.join(cells)+' |'

def table(found: list[Parameter]) -> str:
    "Name, type, default and meaning of every parameter, and what is returned."
    given = [p for p in found if p.name != 'return']
    returned = [p for p in found if p.name == 'return' and (p.meaning or p.type not in ('', 'None'))]
    rows = [row(code(p.name), kind(p.type), code(p.default), prose(p.meaning)) for p in given]
    rows += [row('**returns**', kind(p.type), '', prose(p.meaning)) for p in returned]
    if not rows: return ''
    head = [row('', 'type', 'default', 'meaning'), '|----|------|---|----------|']
    return '\n'.join(['::: {.parameters}', *head, *rows, ':::'])

def refused(found: list[tuple[str, str]]) -> str:
    "The errors of a function as a list."
    return '\n'.join(f'- {code(name)}: {prose(text)}' for name, text in found)

def signature(name: str, thing: object, found: list[Parameter]) -> str:
    "Names and defaults; the table says the rest."
    if isinstance(thing, property): return name
    given = [p.name+(f'={p.default}' if p.default else '') for p in found if p.name != 'return']
    returned = next((f' → {p.type}' for p in found if p.name == 'return' and p.type), '')
    line = f'{name}({", ".join(given)}){returned}'
    start = 'class ' if inspect.isclass(thing) else ''
    return '\n'.join(textwrap.wrap(start+line, 88, subsequent_indent='    ', break_long_words=False, break_on_hyphens=False))

class Reference(ShowDocRenderer):
    "A heading, a link to the source, the signature, the docstring, and a table of the parameters."
    def _repr_markdown_(self) -> str:
        found = parameters(self.sym)
        source = NbdevLookup().code(self.fn)
        link = f'[source]({source}){{target="_blank" style="float:right; font-size:smaller"}}' if source else ''
        parts = ['---', link, f'{"#"*self.title_level} {self.nm}', f'```python\n{signature(self.nm, self.sym, found)}\n```', self.docs]
        told = any(p.meaning for p in found) or any(p.type for p in found if p.name != 'return')
        raised = refused(errors(self.sym)) if definition(inspect.unwrap(self.sym)) else ''
        return '\n\n'.join(p for p in [*parts, table(found) if told else '', 'Refuses with' if raised else '', raised] if p)

def fold_long(cell) -> None:
    "Fold the code of a long cell that shows a picture: the figure and its finding are what a reader came for."
    if cell.cell_type != 'code' or len((cell.source or '').splitlines()) < long_cell: return
    if not any('image/png' in o.get('data', {}) for o in cell.get('outputs', [])): return
    if 'code-fold' not in cell.source: cell.source = f'#| code-fold: true\n#| code-summary: "how it is drawn"\n{cell.source}'
