"""A notebook tested so that the next one in the same process is not disturbed; a module of its own, since a notebook takes the place of `__main__`."""
import sys
from nbdev.test import test_nb
from shells import forget

forget()

def kinds(c): "A class and all below it."; return [c, *(k for s in c.__subclasses__() for k in kinds(s))]

def restore(lib):
    "Leave in the tables of interventions what the library defines, and nothing of a notebook's."
    own = [c for c in kinds(lib.Intervention) if c.__module__.startswith('eigenshift.')]
    lib.kinds.clear()
    lib.kinds.update({c.__name__: c for c in own})
    lib.methods.clear()
    lib.methods.update({c.method: c for c in own if 'method' in vars(c) and c.method})

def one(fn, **kw):
    "Test a notebook; interventions that it defined make way for the library's again."
    done = test_nb(fn, **kw)
    lib = sys.modules.get('eigenshift.editing.intervention')
    if lib: restore(lib)
    return done
