"""Speed as ratios in one run against the reference way, one thread each, medians of interleaved runs: `python tools/bench.py [name …]`."""
import os, sys, time
os.environ.setdefault('OMP_NUM_THREADS', '1')
import numpy as np, torch
torch.set_num_threads(int(os.environ['OMP_NUM_THREADS']))

def ratio(ours, reference, repeat=3):
    "How many times as fast ours is; (ratio, seconds of ours, seconds of the reference)."
    times = []
    for _ in range(repeat):
        row = []
        for f in (ours, reference): t = time.perf_counter(); f(); row.append(time.perf_counter()-t)
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

benches = {f.__name__: f for f in (auroc, decomposition, generation, states, applied)}

if __name__ == '__main__':
    for name in sys.argv[1:] or benches:
        r, a, b = benches[name](); print(f'{name:14s} {r:6.2f}x   {a:7.2f} s against {b:7.2f} s   {benches[name].__doc__}', flush=True)
