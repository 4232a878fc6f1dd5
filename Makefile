# Two commands are enough: `make demo` shows podsys at work, `make test` proves it.
# Needs Linux with apt (Debian 12, Ubuntu 22.04 or newer), root, and Python 3.11 or newer.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
APT := DEBIAN_FRONTEND=noninteractive apt-get

BENCH_ENVS := $(foreach name,podsys pyinfra clush,bench/.venv-$(name)/.ready)

.PHONY: demo test test-slow lint format bench clean help

help:
	@echo "make demo    practice cluster from nothing to a signed certificate, in demo/ (root)"
	@echo "make test    all tests, on real practice nodes too (root)"
	@echo "make test-slow  those that take minutes: a driver built, virtual machines without KVM (root)"
	@echo "make lint    ruff, mypy, import-linter, ansible-lint, yamllint"
	@echo "make format  ruff puts imports and layout in order"
	@echo "make bench   podsys, stock Ansible, pyinfra and clush side by side, hours (root);"
	@echo "             BENCH_NODES='8 16 32' SCENARIOS='converged drift first scale' RUNS=5"
	@echo "             STOCK_RUNS=5 BENCH_LAB=peers; CONTINUE=1 goes on after an interruption"
	@echo "make clean   takes the lab down, removes demo/ and .venv/"
	@echo
	@echo "Needs Linux with apt and Python 3.11 or newer (make PYTHON=python3.12 demo names one)"

$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "podsys needs Python 3.11 or newer; name it: make PYTHON=python3.12 ..." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null && command -v ssh-keygen >/dev/null || \
	  { $(APT) update -q && $(APT) install -qy --no-install-recommends python3-venv openssh-client; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(VENV)/.ready
	$(BIN)/podsys lab up --nodes 4
	$(BIN)/podsys init demo --lab
	$(BIN)/podsys deploy -C demo --yes

test: $(VENV)/.ready
	@command -v iperf3 >/dev/null && command -v setpci >/dev/null && command -v cc >/dev/null && \
	  command -v createrepo_c >/dev/null && command -v rpmbuild >/dev/null && command -v dnf >/dev/null || \
	  { $(APT) update -q && $(APT) install -qy --no-install-recommends iperf3 pciutils gcc libc6-dev \
	    dnf dnf-plugins-core rpm createrepo-c; }
	$(BIN)/python -m pytest -n 2

test-slow: $(VENV)/.ready
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/.ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/yamllint --strict .
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/ansible-lint --offline --profile production

format: $(VENV)/.ready
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(BENCH_ENVS)
	bench/.venv-podsys/bin/python -m bench $(if $(CONTINUE),--continue)

export BENCH_NODES SCENARIOS RUNS STOCK_RUNS BENCH_LAB
bench/.venv-podsys/.ready: bench_packages = -e .
bench/.venv-pyinfra/.ready: bench_packages = pyinfra pyyaml
bench/.venv-clush/.ready: bench_packages = ClusterShell
bench/.venv-podsys/.ready: pyproject.toml
bench/.venv-%/.ready:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install -q --disable-pip-version-check $(bench_packages)
	@touch $@

clean:
	-[ -x $(BIN)/podsys ] && $(BIN)/podsys lab down
	rm -rf demo $(VENV) bench/.venv-* bench/.work
