"""How the docs show what is defined, and which cells they fold: named by `renderer` and `procs` of settings.ini, found through PYTHONPATH=tools."""
import html
import inspect
import re
import textwrap
from fastcore.docments import ShowDocRenderer
from nbdev.doclinks import NbdevLookup, _get_exps
from eigenshift.reference import Parameter, errors, parameters

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
    "Name, type, default and meaning of every parameter, and what is returned; columns that would be empty are left out."
    given = [p for p in found if p.name != 'return']
    returned = [p for p in found if p.name == 'return' and (p.meaning or p.type not in ('', 'None'))]
    rows = [dict(name=code(p.name), type=kind(p.type), default=code(p.default), meaning=prose(p.meaning)) for p in given]
    rows += [dict(name='**returns**', type=kind(p.type), default='', meaning=prose(p.meaning)) for p in returned]
    columns = [column for column in ('name', 'type', 'default', 'meaning') if any(r[column] for r in rows)]
    if len(columns) < 2: return ''
    head = [row(*(column if column != 'name' else '' for column in columns)), '|'+'|'.join([':---']*len(columns))+'|']
    return '\n'.join(['::: {.parameters}', *head, *(row(*(r[column] for column in columns)) for r in rows), ':::'])

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

def source_of(name: str) -> str:
    "Where a definition stands on GitHub: file and line. (nbdev looks for the line by the full name, and its table has the short ones.)"
    found = NbdevLookup()[name]
    if not isinstance(found, tuple): return ''
    _, path, address = found
    short = name.removeprefix(path.removesuffix('.py').replace('/', '.')+'.')
    line = _get_exps(path).get(short)
    return f'{address}#L{line}' if line else address

class Reference(ShowDocRenderer):
    "A heading, a link to the source, the signature, the docstring, and a table of the parameters."
    def _repr_markdown_(self) -> str:
        found = parameters(self.sym)
        source = source_of(self.fn)
        link = f'[source]({source}){{target="_blank" style="float:right; font-size:smaller"}}' if source else ''
        parts = ['---', link, f'{"#"*self.title_level} {self.nm}', f'```python\n{signature(self.nm, self.sym, found)}\n```', self.docs]
        raised = refused(errors(self.sym)) if callable(self.sym) else ''
        return '\n\n'.join(p for p in [*parts, table(found), 'Refuses with' if raised else '', raised] if p)

def fold_long(cell) -> None:
    "Fold the code of a long cell that shows a picture: the figure and its finding are what a reader came for."
    if cell.cell_type != 'code' or len((cell.source or '').splitlines()) < long_cell: return
    if not any('image/png' in o.get('data', {}) for o in cell.get('outputs', [])): return
    if 'code-fold' not in cell.source: cell.source = f'#| code-fold: true\n#| code-summary: "how it is drawn"\n{cell.source}'
