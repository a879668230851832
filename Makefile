# Two commands: `make demo` shows something real, `make test` proves it. Both need python3, pip and make alone.
# DEPS says which versions of the libraries: pinned (the tested set of constraints.txt), newest, or lowest (the bounds of settings.ini).
# The torch build is yours to choose: make demo TORCH="torch --index-url https://download.pytorch.org/whl/cpu".
PYTHON ?= python3
DEPS   ?= pinned
VENV   ?= $(if $(filter pinned,$(DEPS)),.venv,.venv-$(DEPS))
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DATA   ?=
TAG    ?=
MODEL  ?=
ONE    := OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false
export PIP_DISABLE_PIP_VERSION_CHECK=1

.DEFAULT_GOAL := help
.PHONY: help demo test notebooks docs bench readme training wheel pins clean

help: ## what there is to do
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(READY): settings.ini setup.py constraints.txt
	@case "$(DEPS)" in pinned|newest|lowest) ;; *) echo 'DEPS is $(DEPS): it can be pinned, newest or lowest'; exit 2;; esac
	$(PYTHON) tools/environment.py $(VENV)
	$(if $(filter lowest,$(DEPS)),$(BIN)/python tools/pins.py --lowest > $(VENV)/constraints.txt,$(if $(filter newest,$(DEPS)),: > $(VENV)/constraints.txt,cp constraints.txt $(VENV)/constraints.txt))
ifdef TORCH
	$(BIN)/python -m pip install -q $(TORCH)
endif
	$(BIN)/python -m pip install -q $(if $(filter newest,$(DEPS)),--upgrade) -c $(VENV)/constraints.txt -e '.[dev]'
	@touch $@

demo: $(READY) ## the main job on the bundled model, prompts and scorers; MODEL=smollm2 or gemma3 for a real model, in a quarter of an hour
	$(BIN)/$(if $(MODEL),python tools/demo.py $(MODEL),eigenshift run)

test: $(READY) ## every notebook, notebooks against modules and README, the docs; DEPS=newest or lowest for the other ends
	@$(ONE) $(BIN)/python tools/test.py

notebooks: $(READY) ## run the notebooks (NBS="…" for some) and store their outputs; DATA=folder for the studies
	@$(ONE) $(if $(DATA),EIGENSHIFT_DATA=$(abspath $(DATA))) $(BIN)/python tools/runnb.py $(NBS)

training: $(READY) ## retrain the bundled model and scorers from DATA=folder
	@test -n "$(DATA)" || { echo 'say where the data lies: make training DATA=folder'; exit 2; }
	$(ONE) EIGENSHIFT_DATA=$(abspath $(DATA)) $(BIN)/python tools/runnb.py --flags slow nbs/training/*.ipynb

readme: $(READY) ## README.md from nbs/index.ipynb
	@$(BIN)/python tools/readme.py

docs: $(READY) ## the docs site, into _docs (needs Quarto)
	@command -v quarto >/dev/null || { echo 'Quarto is not installed: get it from https://quarto.org, or read the notebooks in nbs/. `make test` checks the docs without it.'; exit 2; }
	rm -rf _proc
	@PYTHONPATH=tools $(BIN)/nbdev_docs

bench: $(READY) ## speed, as ratios in one run against the reference way
	@$(ONE) $(BIN)/python tools/bench.py

wheel: $(READY) ## sdist and wheel, installed alone in a fresh environment, and the README's lines run from there; TAG=v… for a release
	@$(ONE) $(BIN)/python tools/release.py --torch "$(TORCH)" --tag "$(TAG)"

pins: ## the newest set of libraries becomes the tested one: a fresh environment, constraints.txt; then make test
	rm -rf .venv-newest
	$(MAKE) DEPS=newest .venv-newest/.ready
	.venv-newest/bin/python tools/pins.py

clean: ## remove what was built
	rm -rf .venv .venv-newest .venv-lowest _docs _proc *.egg-info build dist
