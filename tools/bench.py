"""Speed as ratios in one run against the reference way, one thread each, medians of interleaved runs, in CPU seconds: `python tools/bench.py [name …]`."""
import os, sys, time
os.environ.setdefault('OMP_NUM_THREADS', '1')
import numpy as np, torch
torch.set_num_threads(int(os.environ['OMP_NUM_THREADS']))

def ratio(ours, reference, repeat=3):
    "How many times as fast ours is; (ratio, CPU seconds of ours, CPU seconds of the reference)."
    times = []
    for _ in range(repeat):
        row = []
        for f in (ours, reference):
            t = time.process_time()
            f()
            row.append(time.process_time()-t) # CPU seconds, so that other processes count less
        times.append(row)
    a, b = np.median(times, axis=0); return b/a, a, b

def auroc():
    "AUROC of 10,000 units on 2,500 texts, against a scikit-learn loop (500 units, scaled)."
    from sklearn.metrics import roc_auc_score
    from eigenshift.metrics import auroc
    rng = np.random.default_rng(0); X = rng.normal(size=(2500, 10000)).astype(np.float32); y = rng.integers(0, 2, 2500)
    r, a, b = ratio(lambda: auroc(X, y), lambda: [roc_auc_score(y, x) for x in X.T[:500]]); return r*20, a, b*20

def decomposition():
    "Eigen-choices of a 32000 x 2048 float32 head, against np.linalg.svd(full_matrices=False)."
    from eigenshift.models.eigenchoices import eigen_choices
    W = np.random.default_rng(0).normal(size=(32000, 2048)).astype(np.float32)
    return ratio(lambda: eigen_choices(torch.from_numpy(W)), lambda: np.linalg.svd(W, full_matrices=False), repeat=1)

def bundled():
    from eigenshift.text.data import load_prompts
    from eigenshift.models.loading import load_lm
    return *load_lm(), list(load_prompts()['prompt'])[:64]

def generation():
    "64 prompts x 4 samples x 20 tokens on the bundled model, against model.generate(do_sample=True, top_p=.95), batches of 64."
    from eigenshift.states.generation import generate
    model, tok, prompts = bundled(); batch = tok([p for p in prompts for _ in range(4)], return_tensors='pt', padding=True)
    def reference():
        with torch.inference_mode():
            for i in range(0, 256, 64): model.generate(**{k: v[i:i+64] for k, v in batch.items() if k != 'token_type_ids'}, do_sample=True, top_p=.95, top_k=0, max_new_tokens=20, pad_token_id=tok.pad_token_id)
    return ratio(lambda: generate(model, tok, prompts, n=4, batch_size=64, progress=False), reference)

def states():
    "Final states of 64 stored continuations of 20 tokens, against one pass per step."
    from eigenshift.states.generation import generate
    from eigenshift.states.final import final_states
    model, tok, prompts = bundled(); gen = generate(model, tok, prompts, n=1, progress=False)
    def reference():
        with torch.inference_mode():
            for r in gen:
                ids = list(r['prompt_ids'])
                for t in r['token_ids']: model(torch.tensor([ids]), output_hidden_states=True).hidden_states[-1][0, -1]; ids.append(t)
    return ratio(lambda: final_states(model, tok, gen), reference, repeat=1)

def applied():
    "Generation with a hooked edit of 64 directions, against the base (1 is no cost)."
    from eigenshift.models.eigenchoices import eigen_choices
    from eigenshift.states.generation import generate
    from eigenshift.editing.head_edit import HeadEdit
    model, tok, prompts = bundled(); V = eigen_choices(model).Vh[:64].float(); edit = HeadEdit('bench', V, torch.full((64,), .5), V.mean(0), 'toxic')
    def hooked():
        with edit.apply(model): generate(model, tok, prompts, n=4, batch_size=64, progress=False)
    return ratio(hooked, lambda: generate(model, tok, prompts, n=4, batch_size=64, progress=False), repeat=5)

def calibration_of(d, n_vocab, n_neutral=2048, n_toxic=400):
    "A random head with toxic and neutral states that it could have come from: W, toxic, neutral, tokens."
    g = torch.Generator().manual_seed(0)
    W = torch.randn(n_vocab, d, generator=g)*torch.linspace(2, .3, d)/d**.5
    neutral = torch.randn(n_neutral, d, generator=g)*torch.linspace(3, 1, d)+2*W[torch.randint(0, n_vocab//8, (n_neutral,), generator=g)]
    toxic = 1.5*torch.randn(n_toxic, d, generator=g)+3*W[torch.randint(0, 50, (n_toxic,), generator=g)]
    return W, toxic, neutral, torch.randint(0, 50, (n_toxic,), generator=g)

def plain_fisher_shift(W, toxic, neutral, tokens, k, kl, ridge):
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
        return (Vh[:k] @ C).float(), ((U[:, :k]*S[:k]).T @ G).float()
    def strength(seen, held):
        read, write = edit(seen)
        def kl_at(t):
            a, b = ((X @ W.T).log_softmax(-1) for X in (held, held-t*(held @ read.T) @ write))
            return float((a.exp()*(a-b)).sum(-1).double().mean())
        return solve_strength(kl_at, kl)
    fold = torch.arange(len(neutral)) % 4
    sizes = [strength(neutral[fold != i], neutral[fold == i]) for i in range(4)]
    read, write = edit(neutral)
    return read, write*float(np.exp(np.mean(np.log(sizes))))

def fit_against_formulas(d, n_vocab):
    "Seconds of both, when they have given the same map."
    from eigenshift.editing.fisher import FisherShift
    W, toxic, neutral, tokens = calibration_of(d, n_vocab)
    made = {}
    def ours(): made['ours'] = FisherShift.fit(W, toxic, neutral, tokens, k=.25, kl=.05, describe=False)
    def reference(): made['formulas'] = plain_fisher_shift(W, toxic, neutral, tokens, round(.25*d), .05, .5)
    out = ratio(ours, reference, repeat=1)
    read, write = made['formulas']
    A, B = made['ours'].write.T @ made['ours'].Vk, write.T @ read
    assert (A-B).norm() < 1e-5*B.norm(), f'the maps differ by {float((A-B).norm()/B.norm()):.1e}'
    return out

def fisher_small():
    "FisherShift.fit, 256 dimensions, 8,192 tokens, 2,048 + 400 states, against its formulas as they are written."
    return fit_against_formulas(256, 8192)

def fisher_middle():
    "FisherShift.fit, 1,024 dimensions, 16,000 tokens (the same)."
    return fit_against_formulas(1024, 16000)

def fisher_large():
    "FisherShift.fit, 576 dimensions, 49,152 tokens, the size of SmolLM2's head (the same)."
    return fit_against_formulas(576, 49152)

benches = {f.__name__: f for f in (auroc, decomposition, generation, states, applied, fisher_small, fisher_middle, fisher_large)}

if __name__ == '__main__':
    for name in sys.argv[1:] or benches:
        r, a, b = benches[name](); print(f'{name:14s} {r:6.2f}x   {a:7.2f} s against {b:7.2f} s   {benches[name].__doc__}', flush=True)
