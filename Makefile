# course-rag. `make` lists what there is.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/pip install --quiet -c constraints.txt
RAG := $(VENV)/bin/course-rag
# A GPU that nvidia-smi can see gets faiss-gpu; the two own the same files, so one excludes the other.
FAISS ?= $(shell nvidia-smi -L >/dev/null 2>&1 && echo gpu || echo cpu)
# A file of tests to a core: what they share is made once for each file.
PYTEST := $(VENV)/bin/python -m pytest -n auto --dist loadfile
DATA ?= ../shared/data
QUESTION ?= 하이브리드 검색은 왜 쓰나요?
PORT ?= 8501

.DEFAULT_GOAL := help
.PHONY: help install install-dev run test check lint types imports tests bench bench-documents sample clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

install: $(VENV)/.base  ## make .venv with what the application needs

install-dev: $(VENV)/.dev  ## the same with everything tests and checks need

run: install  ## index the sample course, ask it a question, open the chat
	@$(RAG) build data/sample
	@echo; echo '$$ course-rag ask "$(QUESTION)"'; $(RAG) ask "$(QUESTION)"; echo
	@$(RAG) ui --port $(PORT)

test: install-dev  ## install what the tests need and run all of them
	$(PYTEST)

check: install-dev lint types imports tests  ## lint, types, import rules, tests

lint: install-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: install-dev
	$(VENV)/bin/mypy

imports: install-dev
	$(VENV)/bin/lint-imports

tests: install-dev
	$(PYTEST) -q

bench: install-dev  ## measure retrieval, answers, speed and memory on DATA (default ../shared/data)
	$(VENV)/bin/python -m eval.bench --data $(DATA) --before data/eval/figures-0.1.0.json

bench-documents: install-dev  ## measure parsers, OCR, masking and duplicates on DATA, and a build over hostile files
	$(VENV)/bin/python -m ingest.bench.speed --data $(DATA)
	$(VENV)/bin/python -m ingest.bench.recovery --data $(DATA)
	$(VENV)/bin/python -m ingest.bench.masking --data $(DATA)
	$(VENV)/bin/python -m ingest.bench.duplicates --data $(DATA)
	$(VENV)/bin/python -m ingest.bench.fuzz --data $(DATA)

sample: install-dev  ## make the generated files of data/sample again
	$(VENV)/bin/python data/make_sample/make_sample.py

clean:  ## remove .venv, caches and the built index
	rm -rf $(VENV) data/index data/runs build *.egg-info .pytest_cache .mypy_cache .ruff_cache

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: pyproject.toml constraints.txt | $(VENV)/bin/pip
	@echo "Installing course-rag into $(VENV) (once, a few minutes) …"
	$(PIP) -e '.[$(FAISS)]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/pip
	@echo "Installing course-rag and what its tests need into $(VENV) (once, some minutes) …"
	$(PIP) -e '.[$(FAISS),formats,neural,llm,eval,dev]'
	@touch $@ $(VENV)/.base
