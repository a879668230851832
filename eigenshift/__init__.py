"""Find, measure and damp the directions of a language model's output head that generate toxicity.

Every name below can be imported from here; what it needs is loaded when it is first used.
"""
__version__ = "0.1.0"

from importlib import import_module
from typing import TYPE_CHECKING

_face = {
    'app.run': ['run', 'Run'],
    'app.probe': ['probe'],
    'app.tune': ['tune'],
    'app.merge': ['merge'],
    'app.explorer': ['explore', 'Exploration', 'snapshot'],
    'app.check': ['check'],
    'text.splits': ['select_split', 'split_of', 'sample', 'stratified', 'length_matched'],
    'text.data': ['data_file', 'load_prompts', 'load_corpus', 'load_labelled', 'load_sentences', 'load_jigsaw',
                  'load_toxicn', 'bundled_registers', 'people_words'],
    'text.linear': ['fit_linear'],
    'text.scoring': ['Scorer', 'word_spans'],
    'text.scorers': ['load_scorer', 'toxic_words'],
    'models.loading': ['load_lm', 'load_encoder'],
    'models.head': ['Head', 'as_head'],
    'models.blocks': ['blocks', 'neurons'],
    'models.eigenchoices': ['EigenChoices', 'eigen_choices'],
    'states.generation': ['generate', 'generate_under'],
    'states.engine': ['VLLM'],
    'states.final': ['final_states', 'corpus_states'],
    'states.reading': ['layer_states', 'neuron_activations'],
    'states.calibration': ['Calibration', 'calibrate'],
    'editing.intervention': ['Intervention', 'compose', 'Section'],
    'editing.methods': ['Evidence', 'method', 'methods', 'methods_table'],
    'editing.head_edit': ['HeadEdit'],
    'editing.eigenshift': ['EigenShift'],
    'editing.fisher': ['FisherShift', 'fisher_mergeable'],
    'editing.stream': ['StreamShift'],
    'editing.neurons': ['AurA', 'Damp', 'Det0'],
    'editing.transport': ['LinearAcT', 'MeanAcT'],
    'editing.preference': ['LowRank', 'preference_pairs', 'train_dpo'],
    'editing.profs': ['ProFS'],
    'editing.lineas': ['LinEAS'],
    'editing.ablation': ['DirectionAblation'],
    'editing.logit_bias': ['LogitBias'],
    'editing.tilt': ['TiltShift'],
    'editing.token_bias': ['TokenBias'],
    'editing.transfer': ['transfer'],
    'metrics': ['auroc', 'average_precision'],
    'evaluation.measures': ['toxicity', 'perplexity', 'divergence', 'diversity', 'tph'],
    'evaluation.harm': ['harm', 'Harm', 'own_perplexity'],
    'evaluation.comparison': ['Comparison', 'differs'],
    'evaluation.control': ['random_control'],
    'evaluation.compare': ['compare', 'scorer_agreement'],
    'core': ['asset', 'mask'],
}
_module_of = {name: module for module, names in _face.items() for name in names}
__all__ = sorted(_module_of)

def __getattr__(name: str):
    "A name of the public face, imported from its module when it is first used; its docstring then says what its parameters mean."
    if name not in _module_of: raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    return import_module(f'{__name__}.reference').explain(getattr(import_module(f'{__name__}.{_module_of[name]}'), name))

def __dir__() -> list[str]: return sorted([*globals(), *__all__])

if TYPE_CHECKING: # the same names for editors and type checkers
    from .app.run import run as run, Run as Run
    from .app.probe import probe as probe
    from .app.tune import tune as tune
    from .app.merge import merge as merge
    from .app.explorer import explore as explore, Exploration as Exploration, snapshot as snapshot
    from .app.check import check as check
    from .text.splits import (
        select_split as select_split, split_of as split_of, sample as sample, stratified as stratified,
        length_matched as length_matched)
    from .text.data import (
        data_file as data_file, load_prompts as load_prompts, load_corpus as load_corpus, load_labelled as load_labelled,
        load_sentences as load_sentences, load_jigsaw as load_jigsaw, load_toxicn as load_toxicn,
        bundled_registers as bundled_registers, people_words as people_words)
    from .text.linear import fit_linear as fit_linear
    from .text.scoring import Scorer as Scorer, word_spans as word_spans
    from .text.scorers import load_scorer as load_scorer, toxic_words as toxic_words
    from .models.loading import load_lm as load_lm, load_encoder as load_encoder
    from .models.head import Head as Head, as_head as as_head
    from .models.blocks import blocks as blocks, neurons as neurons
    from .models.eigenchoices import EigenChoices as EigenChoices, eigen_choices as eigen_choices
    from .states.generation import generate as generate, generate_under as generate_under
    from .states.engine import VLLM as VLLM
    from .states.final import final_states as final_states, corpus_states as corpus_states
    from .states.reading import layer_states as layer_states, neuron_activations as neuron_activations
    from .states.calibration import Calibration as Calibration, calibrate as calibrate
    from .editing.intervention import Intervention as Intervention, compose as compose, Section as Section
    from .editing.methods import (
        Evidence as Evidence, method as method, methods as methods, methods_table as methods_table)
    from .editing.head_edit import HeadEdit as HeadEdit
    from .editing.eigenshift import EigenShift as EigenShift
    from .editing.fisher import FisherShift as FisherShift, fisher_mergeable as fisher_mergeable
    from .editing.stream import StreamShift as StreamShift
    from .editing.neurons import AurA as AurA, Damp as Damp, Det0 as Det0
    from .editing.transport import LinearAcT as LinearAcT, MeanAcT as MeanAcT
    from .editing.preference import LowRank as LowRank, preference_pairs as preference_pairs, train_dpo as train_dpo
    from .editing.profs import ProFS as ProFS
    from .editing.lineas import LinEAS as LinEAS
    from .editing.ablation import DirectionAblation as DirectionAblation
    from .editing.logit_bias import LogitBias as LogitBias
    from .editing.tilt import TiltShift as TiltShift
    from .editing.token_bias import TokenBias as TokenBias
    from .editing.transfer import transfer as transfer
    from .metrics import auroc as auroc, average_precision as average_precision
    from .evaluation.measures import (
        toxicity as toxicity, perplexity as perplexity, divergence as divergence, diversity as diversity, tph as tph)
    from .evaluation.harm import harm as harm, Harm as Harm, own_perplexity as own_perplexity
    from .evaluation.comparison import Comparison as Comparison, differs as differs
    from .evaluation.control import random_control as random_control
    from .evaluation.compare import compare as compare, scorer_agreement as scorer_agreement
    from .core import asset as asset, mask as mask
