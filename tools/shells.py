"""IPython registers every shell to be emptied when the process ends: after a hundred notebooks in one process that takes minutes, and keeps all they held in memory until then."""
import atexit
from IPython.core.interactiveshell import InteractiveShell

register = atexit.register

def leave_shells(goodbye, *args, **kwargs):
    "`atexit.register`, which does not hear shells."
    if isinstance(getattr(goodbye, '__self__', None), InteractiveShell): return goodbye
    return register(goodbye, *args, **kwargs)

def forget() -> None:
    "From here on, a shell that nobody uses any more is gone."
    atexit.register = leave_shells
