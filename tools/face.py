"""The public face as README and tutorials use it, for the type checker of `make test` (mypy); nothing here is run."""
from pathlib import Path
import numpy as np
from eigenshift import (as_head, auroc, bundled_registers, calibrate, Calibration, check, compare, Comparison, compose,
                        corpus_states, eigen_choices, EigenChoices, final_states, fisher_mergeable, FisherShift, generate,
                        Head, HeadEdit, Intervention, load_lm, load_prompts, load_scorer, mask, merge, perplexity, run,
                        Run, Scorer, select_split, TiltShift, toxicity)

def ten_lines() -> None:
    "The README's lines."
    model, tok = load_lm()
    fit, held = select_split(load_prompts(), 'fit'), select_split(load_prompts(), 'evaluate')
    shift: TiltShift = TiltShift.from_prompts(model, tok, fit, scorer='linear')
    with shift.apply(model): after = generate(model, tok, held, n=10, progress=False)
    judge: Scorer = load_scorer()
    print(toxicity(after, judge), perplexity(model, tok, ['A sentence.']))

def by_hand() -> None:
    "The steps of a run, one after the other."
    model, tok = load_lm('openai-community/gpt2', dtype='float32')
    choices: EigenChoices = eigen_choices(model, tok)
    states: Calibration = calibrate(model, tok, ['a prompt'], 'linear', least=100)
    edit: Intervention = FisherShift.from_calibration(choices, states, kl=.05, sided=None)
    kept = corpus_states(model, tok, bundled_registers()['informal']).H
    linear: Intervention = FisherShift.from_calibration(choices, states, kept, **fisher_mergeable)
    both: Intervention = compose(edit, (linear, .5))
    table: Comparison = compare(model, tok, {'both': both}, ['a prompt'], [load_scorer()], ['A sentence.'], n=5)
    head: Head = as_head(model)
    print(table, head.n_vocab, auroc(np.array([[1.], [2.]]), np.array([0, 1])), mask('text'), check(model, tok))

def commands() -> Path:
    "What the command line calls."
    done: Run = run(model='openai-community/gpt2', prompts='prompts.csv', n=5, kl=.1, out='runs/gpt2')
    print(done.comparison, done.shift)
    return merge('runs/gpt2', out='edited')
