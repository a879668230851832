"""Speed as ratios in one run against the reference way, and how the time grows with each size.

`python tools/bench.py [name …]`   times the named things, or all (about ten minutes), and prints a line for each size
`--store`                          also writes nbs/studies/speed.json, which the page beside it draws; named things are renewed in it, others stay
`--large`                          the fit of a head of 4,096 dimensions and 128,256 tokens alone: its time and its peak memory

One thread (OMP_NUM_THREADS says otherwise), runs of ours and of the reference in turn, CPU seconds, so that other processes count less.
"""
import argparse, json, os, platform, resource, sys, time
os.environ.setdefault('OMP_NUM_THREADS', '1')
os.environ.setdefault('OPENBLAS_NUM_THREADS', os.environ['OMP_NUM_THREADS'])
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
import numpy as np
import torch
from scipy.stats import t as student
torch.set_num_threads(int(os.environ['OMP_NUM_THREADS']))

stored = Path(__file__).resolve().parent.parent/'nbs/studies/speed.json'

@dataclass(frozen=True)
class Bench:
    "Something whose time grows with a size, and the reference way to do the same."
    what:str        # what is timed
    against:str     # the reference
    axis:str        # what the sizes are
    sizes:tuple     # three of them
    ways:Callable   # a size -> two functions without arguments: ours and the reference, which may be None
    repeats:int = 3 # of both, in turn

def seconds(f:Callable)->float:
    "CPU seconds of one call."
    start = time.process_time()
    f()
    return time.process_time()-start

def timed(bench:Bench, size:int)->dict:
    "CPU seconds of ours and of the reference, in turn."
    ours, reference = bench.ways(size)
    rounds = [(seconds(ours), None if reference is None else seconds(reference)) for _ in range(bench.repeats)]
    mine, theirs = zip(*rounds)
    return dict(size=size, ours=list(mine), reference=None if reference is None else list(theirs))

def growth(
    sizes,     # (n,) a size for each run
    times,     # (n,) seconds
    level=.95,
)->tuple[float, float, float]: # exponent, low, high
    "The exponent of time = constant × size^exponent by least squares in logarithms, with Student's interval."
    x, y = np.log(sizes), np.log(times)
    x = x-x.mean()
    exponent = x @ y/(x @ x)
    rest = y-y.mean()-exponent*x
    error = np.sqrt(rest @ rest/(len(x)-2)/(x @ x))
    reach = student.ppf((1+level)/2, len(x)-2)*error
    return exponent, exponent-reach, exponent+reach

def growth_of(rows:list, side:str)->tuple[float, float, float]:
    "The exponent of ours or of the reference, over all runs of a bench."
    return growth(*zip(*((row['size'], t) for row in rows for t in row[side])))

def machine()->dict:
    "What the numbers depend on beside the code."
    cpuinfo = Path('/proc/cpuinfo')
    names = [line.split(':', 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith('model name')] if cpuinfo.exists() else []
    libraries = ('eigenshift', 'torch', 'transformers', 'numpy', 'scipy', 'scikit-learn')
    return dict(processor=names[0] if names else platform.processor(), cores=os.cpu_count(), threads=torch.get_num_threads(),
                python=platform.python_version(), **{name: version(name) for name in libraries})

# What is timed

def auroc_ways(units):
    from sklearn.metrics import roc_auc_score
    from eigenshift.metrics import auroc
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(2500, units)).astype(np.float32), rng.integers(0, 2, 2500)
    return lambda: auroc(X, y), lambda: [roc_auc_score(y, x) for x in X.T]

def decomposition_ways(d):
    from eigenshift.models.eigenchoices import eigen_choices
    W = np.random.default_rng(0).normal(size=(16000, d)).astype(np.float32)
    return lambda: eigen_choices(torch.from_numpy(W)), lambda: np.linalg.svd(W, full_matrices=False)

@cache
def bundled():
    "The bundled model, its tokenizer and its prompts; the ways to decode it are tried before anything is timed."
    from eigenshift.models.loading import load_lm
    from eigenshift.states.decoding import decoding
    from eigenshift.text.data import load_prompts
    model, tok = load_lm()
    decoding(model, tok)
    return model, tok, list(load_prompts()['prompt'])

def continued(prompts, n=4):
    "Continuations of the first prompts by the bundled model."
    from eigenshift.states.generation import generate
    model, tok, every = bundled()
    return generate(model, tok, every[:prompts], n=n, batch_size=64, progress=False)

def generation_ways(prompts):
    model, tok, every = bundled()
    batch = tok([p for p in every[:prompts] for _ in range(4)], return_tensors='pt', padding=True)
    settings = dict(do_sample=True, top_p=.95, top_k=0, max_new_tokens=20, pad_token_id=tok.pad_token_id)
    def library():
        with torch.inference_mode():
            for i in range(0, 4*prompts, 64):
                model.generate(**{k: v[i:i+64] for k, v in batch.items() if k != 'token_type_ids'}, **settings)
    return lambda: continued(prompts), library

def states_ways(prompts):
    from eigenshift.states.final import final_states
    model, tok, _ = bundled()
    generations = continued(prompts, n=1)
    def step_by_step():
        with torch.inference_mode():
            for row in generations:
                ids = list(row['prompt_ids'])
                for token in row['token_ids']:
                    model(torch.tensor([ids]), output_hidden_states=True).hidden_states[-1][0, -1]
                    ids.append(token)
    return lambda: final_states(model, tok, generations), step_by_step

def applied_ways(prompts):
    from eigenshift.models.eigenchoices import eigen_choices
    from eigenshift.editing.head_edit import HeadEdit
    model, _, _ = bundled()
    V = eigen_choices(model).Vh[:64].float()
    edit = HeadEdit('bench', V, torch.full((64,), .5), V.mean(0), 'toxic')
    def hooked():
        with edit.apply(model): continued(prompts)
    return hooked, lambda: continued(prompts)

def calibration_ways(prompts):
    "Toxic and neutral states of continuations; the reference reads the states of all steps in a second pass."
    from eigenshift.states.calibration import calibrate
    from eigenshift.states.final import final_states
    from eigenshift.states.generation import generate
    from eigenshift.text.scorers import load_scorer
    model, tok, every = bundled()
    scorer, asked = load_scorer('linear'), every[:prompts]
    def two_passes():
        rounds = [generate(model, tok, asked, n=1, greedy=True, progress=False), generate(model, tok, asked, n=5, seed=1, progress=False)]
        for generations in rounds:
            toxic = scorer.toxic(list(generations['completion']))
            scorer.weigh([text for text, bad in zip(generations['completion'], toxic) if bad])
            final_states(model, tok, generations)
    return lambda: calibrate(model, tok, asked, scorer, least=10**9, budget=5), two_passes

def compare_ways(methods):
    "A comparison of edits; the reference makes and scores each method's rows without knowing the others'."
    from eigenshift.evaluation.compare import compare, evaluate
    from eigenshift.editing.head_edit import HeadEdit
    from eigenshift.models.eigenchoices import eigen_choices
    from eigenshift.text.data import load_sentences
    from eigenshift.text.scorers import load_scorer
    model, tok, every = bundled()
    choices = eigen_choices(model, tok)
    edits = {f'edit {i}': HeadEdit(f'edit {i}', choices.Vh[8*i:8*i+8].float(), torch.full((8,), .5)).stamp(model) for i in range(methods)}
    scorers, texts = {'judge': load_scorer(None), 'linear': load_scorer('linear')}, list(load_sentences()['text'])[:32]
    how = dict(n=4, progress=False)
    def alone():
        for edit in [None, *edits.values()]: evaluate(model, tok, edit, every[:16], scorers, texts, texts, **how)
    return lambda: compare(model, tok, edits, every[:16], scorers, texts, control=[], choices=choices, **how), alone

def transport_ways(n_blocks):
    "LinearAcT on a random Llama; the reference reads each module by passes of its own through all blocks below."
    from eigenshift.editing.transport import LinearAcT, norms, responses
    from eigenshift.text.data import load_sentences
    from transformers import LlamaConfig, LlamaForCausalLM
    _, tok, _ = bundled()
    torch.manual_seed(0)
    model = LlamaForCausalLM(LlamaConfig(vocab_size=len(tok), hidden_size=128, intermediate_size=256, num_hidden_layers=n_blocks,
                                         num_attention_heads=4, num_key_value_heads=4)).eval()
    texts = list(load_sentences()['text'])[:64]
    toxic, neutral = texts[::2], texts[1::2]
    def module_by_module():
        for name in norms(model):
            for side in (toxic, neutral): responses(model, tok, side, name, 128, 32)
    return lambda: LinearAcT.fit(model, tok, toxic, neutral), module_by_module

def calibration_of(d, n_vocab, n_neutral=2048, n_toxic=400):
    "A random head with toxic and neutral states that it could have come from: W, toxic, neutral, tokens."
    g = torch.Generator().manual_seed(0)
    W = torch.randn(n_vocab, d, generator=g)*torch.linspace(2, .3, d)/d**.5
    neutral = torch.randn(n_neutral, d, generator=g)*torch.linspace(3, 1, d)+2*W[torch.randint(0, n_vocab//8, (n_neutral,), generator=g)]
    toxic = 1.5*torch.randn(n_toxic, d, generator=g)+3*W[torch.randint(0, 50, (n_toxic,), generator=g)]
    return W, toxic, neutral, torch.randint(0, 50, (n_toxic,), generator=g)

def plain_fisher_shift(W, toxic, neutral, tokens, k, kl, ridge, tol=.01):
    "The linear FisherShift as its formulas are written: every sum per fold, eigendecompositions, logits at every strength. (read, write)."
    from eigenshift.editing.budget import solve_strength
    def fisher(H):
        p = (H @ W.T).softmax(-1)
        m, Wd = (p @ W).double(), W.double()
        return ((Wd.T*p.sum(0).double()) @ Wd-m.T @ m)/len(H)
    def whitener(A):
        values, E = torch.linalg.eigh(A+ridge*A.diagonal().mean()*torch.eye(len(A), dtype=A.dtype))
        return (E*values.rsqrt()) @ E.T
    q = -(toxic @ W.T).softmax(-1)
    q[torch.arange(len(toxic)), tokens] += 1
    K = (q @ W).double().T @ toxic.double()/len(toxic)
    def edit(H):
        G, C = whitener(fisher(H)), whitener(H.double().T @ H.double()/len(H))
        U, S, Vh = torch.linalg.svd(G @ K @ C)
        return (Vh[:k] @ C).to(W), ((U[:, :k]*S[:k]).T @ G).to(W)
    def strength(seen, held):
        read, write = edit(seen)
        def kl_at(t):
            a, b = ((X @ W.T).log_softmax(-1) for X in (held, held-t*(held @ read.T) @ write))
            return float((a.exp()*(a-b)).sum(-1).double().mean())
        return solve_strength(kl_at, kl, tol)
    fold = torch.arange(len(neutral)) % 4
    sizes = [strength(neutral[fold != i], neutral[fold == i]) for i in range(4)]
    read, write = edit(neutral)
    return read, write*float(np.exp(np.mean(np.log(sizes))))

def fit_ways(d, n_vocab, n_neutral):
    "FisherShift.fit and its formulas, once both have given the same map."
    from eigenshift.editing.fisher import FisherShift
    W, toxic, neutral, tokens = calibration_of(d, n_vocab, n_neutral)
    def ours(): return FisherShift.fit(W, toxic, neutral, tokens, k=.25, kl=.05, describe=False)
    def formulas(): return plain_fisher_shift(W, toxic, neutral, tokens, round(.25*d), .05, .5)
    edit, (read, write) = ours(), formulas()
    A, B = edit.write.T @ edit.Vk, write.T @ read
    if not (A-B).norm() < 1e-5*B.norm(): raise ValueError(f'the maps differ by {float((A-B).norm()/B.norm()):.1e}')
    return ours, formulas

formulas = 'its formulas as they are written: every sum for each fold, eigendecompositions, logits at every strength'
benches = dict(
    auroc=Bench('AUROC of units on 2,500 texts', 'a loop over scikit-learn', 'units', (250, 500, 1000), auroc_ways),
    decomposition=Bench('eigen-choices of a head of 16,000 tokens', 'numpy.linalg.svd', 'dimensions', (256, 512, 1024), decomposition_ways, 2),
    generation=Bench('generate, 4 samples × 20 tokens, bundled model', 'model.generate with the same sampling', 'prompts', (16, 32, 64), generation_ways),
    states=Bench('final states of stored continuations', 'a pass for each step', 'prompts', (8, 16, 32), states_ways),
    applied=Bench('generate under an applied edit of 64 directions', 'the unedited model, whose speed is the most', 'prompts', (16, 32, 64), applied_ways, 5),
    calibration=Bench('calibrate, greedy and 5 samples, bundled model', 'a second pass for the states', 'prompts', (16, 32, 64), calibration_ways),
    compare=Bench('compare, 16 prompts × 4 samples, two scorers', 'each method evaluated alone', 'methods', (1, 3, 11), compare_ways, 2),
    transport=Bench('LinearAcT, random Llama of 128 dimensions', 'passes for each module', 'blocks', (4, 8, 16), transport_ways),
    fit_dimensions=Bench('FisherShift.fit, 8,192 tokens, 2,048 + 400 states', formulas, 'dimensions', (128, 256, 512), lambda d: fit_ways(d, 8192, 2048), 2),
    fit_vocabulary=Bench('FisherShift.fit, 256 dimensions, 2,048 + 400 states', formulas, 'tokens', (4096, 8192, 16384), lambda v: fit_ways(256, v, 2048), 2),
    fit_states=Bench('FisherShift.fit, 256 dimensions, 8,192 tokens, 400 toxic states', formulas, 'neutral states', (1024, 2048, 4096), lambda n: fit_ways(256, 8192, n), 2),
)

def large(d=4096, n_vocab=128256)->dict:
    "FisherShift.fit at the size of a model of 8 billion parameters: CPU seconds, seconds by the clock, and memory beyond the data."
    from eigenshift.editing.fisher import FisherShift
    data = calibration_of(d, n_vocab)
    def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss*1024
    before, start = peak(), (time.process_time(), time.time())
    FisherShift.fit(*data, k=.25, kl=.05, describe=False)
    took = time.process_time()-start[0], time.time()-start[1]
    return dict(dimensions=d, tokens=n_vocab, neutral=len(data[2]), toxic=len(data[1]), cpu_seconds=took[0], seconds=took[1],
                head_bytes=data[0].nbytes, peak_beyond_data=peak()-before, arrays=(peak()-before)/(8*d*d))

def shown(name, bench, row)->str:
    "A line for one size."
    ours = np.median(row['ours'])
    if row['reference'] is None: return f'{name:15s} {row["size"]:6d} {bench.axis:14s} {ours:8.2f} s'
    reference = np.median(row['reference'])
    return f'{name:15s} {row["size"]:6d} {bench.axis:14s} {reference/ours:7.2f}x  {ours:8.2f} s against {reference:8.2f} s'

def renew(found:dict)->None:
    "Write what was found; what was not timed now stays."
    known = json.loads(stored.read_text()) if stored.exists() else {}
    stored.write_text(json.dumps(known|found, indent=1, sort_keys=True)+'\n')

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', help=f'of {", ".join(benches)}')
    parser.add_argument('--store', action='store_true')
    parser.add_argument('--large', action='store_true')
    given = parser.parse_args()
    if odd := set(given.names)-set(benches): parser.error(f'{sorted(odd)} are not among {sorted(benches)}')
    if given.large:
        found = large()
        print(json.dumps(found, indent=1))
        if given.store: renew(dict(large=found|dict(machine=machine())))
        return
    for name in given.names or benches:
        bench, rows = benches[name], []
        print(f'{name}: {bench.what}, against {bench.against}', flush=True)
        for size in bench.sizes:
            rows.append(timed(bench, size))
            print(shown(name, bench, rows[-1]), flush=True)
        powers = {side: growth_of(rows, side) for side in ('ours', 'reference') if rows[0][side] is not None}
        print(f'time grows with {bench.axis} to the power', *('{:.2f} ({:.2f} to {:.2f}), {}'.format(*power, side) for side, power in powers.items()), flush=True)
        if given.store: renew({name: dict(what=bench.what, against=bench.against, axis=bench.axis, rows=rows, growth=powers, machine=machine())})

if __name__ == '__main__': main()
