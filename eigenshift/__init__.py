__version__ = "0.1.0"

_top = dict(run='jobs', probe='detection', merge='jobs', explore='explorer', tune='search', load_lm='models', load_scorer='scoring', generate='generation', compare='evaluation', eigen_choices='decomposition', EigenShift='shifting', FisherShift='fisher', StreamShift='streams', Intervention='interventions')

def __getattr__(name):
    "The main names at the top level, imported when they are first used."
    if name not in _top: raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    from importlib import import_module
    return getattr(import_module(f'{__name__}.{_top[name]}'), name)

def __dir__(): return sorted([*globals(), *_top])
