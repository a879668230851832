__version__ = "0.1.0"

_top = dict(run='app.run', probe='app.probe', merge='app.merge', tune='app.tune', explore='app.explorer', load_lm='models.loading', load_scorer='text.scorers', generate='states.generation',
            compare='evaluation.compare', eigen_choices='models.eigenchoices', EigenShift='editing.eigenshift', FisherShift='editing.fisher', StreamShift='editing.stream', Intervention='editing.intervention')

def __getattr__(name):
    "The main names at the top level, imported when they are first used."
    if name not in _top: raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    from importlib import import_module
    return getattr(import_module(f'{__name__}.{_top[name]}'), name)

def __dir__(): return sorted([*globals(), *_top])
