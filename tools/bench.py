"""Speed as ratios in one run: ours against the plain way to the same result, in processor seconds of one thread.

`python tools/bench.py [name …]` prints a line for every size of every bench (or of those named), and how the time grows with the size.
`--store` keeps the lines, with machine and versions, in nbs/studies/speed.json, which the page on speed draws.
`--large` runs instead the fit on a head of 128,256 tokens and 4,096 dimensions: minutes, and 5 GB of memory.
"""
import argparse
import json
import os
import platform
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
os.environ.setdefault('OMP_NUM_THREADS', '1') # before torch is imported
import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from eigenshift import (FisherShift, LinearAcT, calibrate, compare, eigen_choices, generate, generate_under, load_corpus, load_lm, load_prompts,
                        load_scorer)
from eigenshift.core import atomic
from eigenshift.editing.budget import solve_strength
from eigenshift.editing.head_edit import HeadEdit
from eigenshift.editing.logit_bias import LogitBias
from eigenshift.editing.transport import norms, responses
from eigenshift.environment import installed_versions, tested_versions
from eigenshift.metrics import auroc as many_aurocs
from eigenshift.models.tiny import tiny_lm
from eigenshift.states.decoding import left_pad
from eigenshift.states.final import final_states

stored = Path(__file__).parent.parent/'nbs/studies/speed.json'

@dataclass(frozen=True)
class Bench:
    "A job done in two ways at several sizes."
    make:Callable # a size -> our way and the plain one, two functions without arguments
    grows:str     # what the size counts
    sizes:tuple

benches = {}

def bench(grows, *sizes):
    "Register what makes the two ways of a job from a size; its docstring says what is compared."
    def register(make):
        benches[make.__name__] = Bench(make, grows, sizes)
        return make
    return register

# --- measuring

def seconds(way):
    "Processor seconds of a call, so that other processes count less than by the clock."
    start = time.process_time()
    way()
    return time.process_time()-start

def least_seconds(ours, plain, repeats=7, patience=20):
    "The least time of either way, of interleaved runs: two at least, since the first warms up, seven where they fit into some seconds."
    took, start = [], time.process_time()
    while len(took) < repeats and (len(took) < 2 or time.process_time()-start < patience): took.append((seconds(ours), seconds(plain)))
    return [min(times) for times in zip(*took)]

def growth(sizes, times):
    "The exponent p of time ∝ size^p that fits best."
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])

def rows_of(name):
    "One line for each size of a bench."
    found = []
    for size in benches[name].sizes:
        ours, plain = least_seconds(*benches[name].make(size))
        print(f'{name:16s} {size:7,} {benches[name].grows:14s} {ours:8.3f} s   {plain/ours:7.2f} times as fast as the plain way', flush=True)
        found.append(dict(bench=name, what=benches[name].make.__doc__, grows=benches[name].grows, size=size, ours=ours, plain=plain))
    p = growth(benches[name].sizes, [row['ours'] for row in found])
    print(f'{name:16s} grows with {benches[name].grows} to the power {p:.2f}', flush=True)
    return found

# --- measures and decomposition

@bench('units', 30, 100, 300)
def auroc(units):
    "AUROC of many units on 2,500 texts, against a loop over scikit-learn's roc_auc_score"
    rng = np.random.default_rng(0)
    values, labels = rng.normal(size=(2500, units)).astype(np.float32), rng.integers(0, 2, 2500)
    return lambda: many_aurocs(values, labels), lambda: [roc_auc_score(labels, unit) for unit in values.T]

@bench('dimensions', 128, 256, 512)
def decomposition(d):
    "eigen_choices of a head of 8,000 tokens, against np.linalg.svd(full_matrices=False)"
    W = np.random.default_rng(0).normal(size=(8000, d)).astype(np.float32)
    return lambda: eigen_choices(torch.from_numpy(W)), lambda: np.linalg.svd(W, full_matrices=False)

# --- generation and states

def bundled(prompts):
    "The bundled model, its tokenizer, and some prompts."
    return *load_lm(), list(load_prompts()['prompt'])[:prompts]

@torch.inference_mode()
def library_generation(model, tok, prompts, n=4, batch_size=64):
    "What transformers itself does to sample 20 tokens for each prompt, n times."
    ids = sorted(tok(prompts)['input_ids'], key=len)
    for i in range(0, len(ids), batch_size//n):
        x, mask = left_pad(ids[i:i+batch_size//n])
        model.generate(x, attention_mask=torch.ones_like(x) if mask is None else mask, do_sample=True, top_p=.95, top_k=0,
                       num_return_sequences=n, max_new_tokens=20, pad_token_id=tok.pad_token_id)

@bench('prompts', 8, 16, 32)
def generation(prompts):
    "generate, 4 samples of 20 tokens for each prompt, against model.generate(do_sample=True, top_p=.95, top_k=0)"
    model, tok, prompts = bundled(prompts)
    return lambda: generate(model, tok, prompts, n=4, batch_size=64, progress=False), lambda: library_generation(model, tok, prompts)

@bench('prompts', 8, 16, 32)
def states(prompts):
    "final_states of stored continuations of 20 tokens, against a pass for each token"
    model, tok, prompts = bundled(prompts)
    made = generate(model, tok, prompts, n=1, progress=False)
    @torch.inference_mode()
    def token_by_token():
        for row in made:
            ids = list(row['prompt_ids'])
            for token in row['token_ids']:
                model(torch.tensor([ids]), output_hidden_states=True).hidden_states[-1][0, -1]
                ids.append(token)
    return lambda: final_states(model, tok, made), token_by_token

@bench('prompts', 16, 32, 64)
def calibration(prompts):
    "calibrate, 5 continuations of each prompt, against reading their states in a second pass"
    model, tok, prompts = bundled(prompts)
    label = load_scorer('linear')
    def collect(**how): calibrate(model, tok, prompts, label, least=10**6, budget=4, **how)
    return collect, lambda: collect(keep_bytes=0)

# --- edits

@bench('directions', 16, 64, 192)
def applied(k):
    "generate under an applied one-sided edit of the head, against generate without an edit, both writing the same: 1 is no cost"
    model, tok, prompts = bundled(32)
    V = eigen_choices(model).Vh[:k].float()
    edit = HeadEdit('bench', V, torch.full((k,), 1-1e-6), V.mean(0), 'toxic') # too weak to change a text, and its length
    def unedited(): generate(model, tok, prompts, n=4, progress=False)
    def edited():
        with edit.apply(model): unedited()
    return edited, unedited

@bench('blocks', 8, 16, 30)
def transport(blocks):
    "LinearAcT.fit on 32 texts of either kind, against a pass over all texts for each module"
    model, tok = tiny_lm('llama', num_hidden_layers=blocks, hidden_size=64, intermediate_size=128)
    texts = [list(load_prompts()['prompt'])[i::2][:32] for i in range(2)]
    def module_by_module():
        edit = LinearAcT('plain', {}, {}, {}, {})
        for name in norms(model):
            with edit.apply(model): X, Y = (responses(model, tok, side, name) for side in texts)
            edit = edit.extended(name, X, Y, LinearAcT.settings['quantiles'])
        return edit
    return lambda: LinearAcT.fit(model, tok, *texts), module_by_module

def head_and_states(d, n_vocab, n_neutral, n_toxic=400):
    "A random head with states that it could have come from: W, toxic, neutral, and the tokens of the toxic ones."
    g = torch.Generator().manual_seed(0)
    W = torch.randn(n_vocab, d, generator=g).mul_(torch.linspace(2, .3, d)).div_(d**.5)
    neutral = torch.randn(n_neutral, d, generator=g)*torch.linspace(3, 1, d)
    neutral += 2*W[torch.randint(0, n_vocab//8, (n_neutral,), generator=g)]
    toxic = 1.5*torch.randn(n_toxic, d, generator=g)+3*W[torch.randint(0, 50, (n_toxic,), generator=g)]
    return W, toxic, neutral, torch.randint(0, 50, (n_toxic,), generator=g)

def whitener(A, ridge):
    "The inverse square root of a matrix whose diagonal is raised."
    values, vectors = torch.linalg.eigh(A+ridge*A.diagonal().mean()*torch.eye(len(A), dtype=A.dtype))
    return (vectors*values.rsqrt()) @ vectors.T

def plain_fisher_shift(W, toxic, neutral, tokens, k, kl=.05, ridge=.5, folds=4):
    "The linear FisherShift as its formulas are written: every sum for every fold, eigendecompositions, logits at every strength."
    def fisher(H):
        p = (H @ W.T).softmax(-1)
        means, head = (p @ W).double(), W.double()
        return ((head.T*p.sum(0).double()) @ head-means.T @ means)/len(H)
    pull = -(toxic @ W.T).softmax(-1)
    pull[torch.arange(len(toxic)), tokens] += 1
    wanted = (pull @ W).double().T @ toxic.double()/len(toxic)
    def edit(H):
        G, C = whitener(fisher(H), ridge), whitener(H.double().T @ H.double()/len(H), ridge)
        U, S, Vh = torch.linalg.svd(G @ wanted @ C)
        return (Vh[:k] @ C).float(), ((U[:, :k]*S[:k]).T @ G).float()
    def strength(seen, held):
        read, write = edit(seen)
        def kl_at(t):
            before, after = ((X @ W.T).log_softmax(-1) for X in (held, held-t*(held @ read.T) @ write))
            return float((before.exp()*(before-after)).sum(-1).double().mean())
        return solve_strength(kl_at, kl, tol=1e-6) # as exact as ours
    fold = torch.arange(len(neutral)) % folds
    sizes = [strength(neutral[fold != i], neutral[fold == i]) for i in range(folds)]
    read, write = edit(neutral)
    return read, write*float(np.exp(np.mean(np.log(sizes))))

def fits(d, n_vocab, n_neutral):
    "Both ways to fit; the plain one ends with the check that they gave the same map."
    parts, made = head_and_states(d, n_vocab, n_neutral), {}
    def ours(): made['ours'] = FisherShift.fit(*parts, k=.25, kl=.05, ridge=.5, describe=False)
    def plain():
        read, write = plain_fisher_shift(*parts, k=round(.25*d))
        found, expected = made['ours'].write.T @ made['ours'].Vk, write.T @ read
        off = float((found-expected).norm()/expected.norm())
        if off > 3e-5: raise ValueError(f'the maps differ by {off:.1e}')
    return ours, plain

@bench('dimensions', 128, 256, 512)
def fit_width(d):
    "FisherShift.fit on 4,096 tokens, 1,024 neutral and 400 toxic states, against its formulas as they are written"
    return fits(d, 4096, 1024)

@bench('tokens', 4096, 8192, 16384)
def fit_vocabulary(n_vocab):
    "FisherShift.fit in 256 dimensions on 1,024 neutral and 400 toxic states, against its formulas as they are written"
    return fits(256, n_vocab, 1024)

@bench('states', 512, 1024, 2048)
def fit_states(n_neutral):
    "FisherShift.fit in 256 dimensions on 4,096 tokens and 400 toxic states, against its formulas as they are written"
    return fits(256, 4096, n_neutral)

# --- comparing

@bench('methods', 1, 2, 4)
def comparison(methods):
    "compare on 16 prompts with 4 samples, all its measures included, against the library's generation alone for as many models"
    model, tok, prompts = bundled(16)
    corpus, judge = load_corpus(n=50), load_scorer('linear')
    V = eigen_choices(model).Vh.float()
    edits = {f'edit {i}': HeadEdit(f'edit {i}', V[i:i+8], torch.full((8,), .5)) for i in range(methods)}
    def ours(): compare(model, tok, edits, prompts, judge, corpus, n=4, control=[], progress=False)
    def generation_alone():
        for _ in range(1+methods): library_generation(model, tok, prompts)
    return ours, generation_alone

def mild_biases(tok, edits, spread=.3):
    "Random biases of the vocabulary, each moving next-token distributions by about spread²/2 = .045 nats, as the default does."
    ids, generator = torch.arange(len(tok)), torch.Generator().manual_seed(0)
    return {f'bias {i}': LogitBias(f'bias {i}', ids, spread*torch.randn(len(ids), generator=generator)) for i in range(edits)}

def continued_under(model, tok, prompts, edits):
    "Both ways to continue prompts under several edits of the head."
    how = dict(n=5, progress=False)
    def ours(): generate_under(model, tok, prompts, edits, **how)
    def plain():
        for edit in edits.values():
            with edit.apply(model): generate(model, tok, prompts, **how)
    return ours, plain

@bench('edits', 2, 4, 8)
def several_edits(edits):
    "generate_under on 32 prompts with 5 samples under mild edits of the head (.045 nats each), against generate under one after the other"
    model, tok, prompts = bundled(32)
    return continued_under(model, tok, prompts, mild_biases(tok, edits))

# --- a large head, and what is stored

def peak_memory():
    "The most memory that this process has held, in GB."
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss*1024/1e9

def large_fit(d=4096, n_vocab=128256, n_neutral=2048):
    "A fit at the size of an 8B model's head: seconds, and the memory beyond head and states."
    parts = head_and_states(d, n_vocab, n_neutral)
    before, start = peak_memory(), time.perf_counter()
    took = seconds(lambda: FisherShift.fit(*parts, k=.25, kl=.05, describe=False))
    return dict(d_model=d, n_vocab=n_vocab, states=n_neutral, threads=torch.get_num_threads(), processor_seconds=took, seconds=time.perf_counter()-start,
                more_memory_gb=peak_memory()-before, square_matrix_gb=8*d*d/1e9)

def processor():
    "The name of the processor."
    info = Path('/proc/cpuinfo')
    named = [line.split(':')[1].strip() for line in info.read_text().splitlines() if line.startswith('model name')] if info.exists() else []
    return named[0] if named else platform.processor() or platform.machine()

def store(rows=(), large=None):
    "Put lines in the place of those of the same benches."
    kept = json.loads(stored.read_text()) if stored.exists() else dict(rows=[])
    renewed = {row['bench'] for row in rows}
    kept['rows'] = [row for row in kept['rows'] if row['bench'] not in renewed]+list(rows)
    kept |= dict(processor=processor(), threads=torch.get_num_threads(), python=platform.python_version(),
                 versions=installed_versions(tested_versions()))
    if large: kept['large'] = large
    with atomic(stored) as tmp: tmp.write_text(json.dumps(kept, indent=1)+'\n')

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', metavar='name', help=', '.join(benches))
    parser.add_argument('--store', action='store_true', help='keep the results for the page on speed')
    parser.add_argument('--large', action='store_true', help='the fit on a large head in place of the benches')
    args = parser.parse_args()
    if unknown := set(args.names)-set(benches): parser.error(f'no bench is called {sorted(unknown)}; there are {list(benches)}')
    torch.set_num_threads(int(os.environ['OMP_NUM_THREADS']))
    if args.large:
        found = large_fit()
        print(', '.join(f'{name} {value:.4g}' for name, value in found.items()))
        if args.store: store(large=found)
        return
    for name in args.names or benches:
        rows = rows_of(name)
        if args.store: store(rows)

if __name__ == '__main__': main()
