"""A notebook tested so that the next one in the same process is not disturbed; a module of its own, since a notebook takes the place of `__main__`."""
import sys
from nbdev.test import test_nb

def kinds(c): "A class and all below it."; return [c, *(k for s in c.__subclasses__() for k in kinds(s))]

def one(fn, **kw):
    "Test a notebook; kinds of interventions that it defined make way for the library's again."
    done = test_nb(fn, **kw); lib = sys.modules.get('eigenshift.editing.intervention')
    if lib: lib._kinds.update({c.__name__: c for c in kinds(lib.Intervention) if c.__module__.startswith('eigenshift.')})
    return done
