.DEFAULT_GOAL := help
UV_VERSION := 0.13.8
UV := .tools/venv/bin/uv
export UV_PYTHON_INSTALL_DIR := $(CURDIR)/.tools/python
export UV_PYTHON_DOWNLOADS := manual
export UV_SYSTEM_CERTS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
SYNC := .venv/.synced

# A Python 3.13 that really runs: a pyenv shim is on the PATH and may refuse.
FIND_PYTHON = for python in .tools/python/*/bin/python3.13 python3.13 "$$HOME"/.pyenv/versions/3.13*/bin/python3.13 \
	/usr/local/bin/python3.13 /opt/*/bin/python3.13 python3; do \
	"$$python" -c 'import sys; sys.version_info[:2] == (3, 13) or sys.exit(1); print(sys.executable)' 2>/dev/null \
	&& exit 0; done; exit 1

# The page is tested in a real browser. Where there is none, and apt may install one, it is Debian's.
FIND_CHROMIUM = command -v chromium || command -v chromium-browser || command -v google-chrome
APT = $$([ "$$(id -u)" = 0 ] || echo sudo -n) env DEBIAN_FRONTEND=noninteractive timeout 300 apt-get -qq

ARCH ?= arm64
HOST := $(subst aarch64,arm64,$(shell uname -m))
PLATFORM_arm64 := aarch64-manylinux_2_28
PLATFORM_x86_64 := x86_64-manylinux_2_28
ZIPS := build/$(ARCH)
# What AWS Lambda's own client needs and nothing else; the receiver loads no more than this.
BARE := botocore|jmespath|python-dateutil|six|urllib3
# The services that are spoken to; the other 400 are 25 MB of descriptions, and 1.2 MB of endpoints, which botocore reads
# at each cold start (14 ms of CPU, measured 2026-11-22).
SERVICES := dynamodb lambda s3 secretsmanager

.PHONY: help demo test check fix bench coverage chromium package deploy remove region osls test-e2e runtime
help: ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

demo: $(SYNC) ## watch one incident become a draft and Jira issues, on fakes, without any account
	@$(UV) run --no-sync python -m tests.demo

test: $(SYNC) chromium osls runtime ## run every test
	@$(UV) run --no-sync pytest -q -n auto --dist loadfile $(T)

check: $(SYNC) ## what CI demands besides the tests: format, lint, types, imports
	@$(UV) run --no-sync ruff format --check .
	@$(UV) run --no-sync ruff check .
	@$(UV) run --no-sync pyright
	@$(UV) run --no-sync lint-imports

fix: $(SYNC) ## format and mend what can be mended
	@$(UV) run --no-sync ruff check --fix .
	@$(UV) run --no-sync ruff format .

coverage: $(SYNC) ## which lines no test runs
	@$(UV) run --no-sync coverage run -m pytest -q -n auto --dist loadfile $(T)
	@$(UV) run --no-sync coverage report

bench: $(SYNC) chromium runtime ## speed, memory, calls, cold starts and cost on AWS, as a table and as JSON
	@$(UV) run --no-sync python -m tests.benchmarks

package: $(SYNC) ## the zips that run on AWS Lambda, the same bytes every time (ARCH=arm64 or x86_64)
	@rm -rf $(ZIPS) && mkdir -p $(ZIPS)
	@$(UV) export -q --frozen --no-dev --extra aws --no-emit-project --no-header --no-annotate -o $(ZIPS)/journey.txt
	@grep -A99 -E '^($(BARE))==' $(ZIPS)/journey.txt | awk '/^[a-z]/ {keep = /^($(BARE))==/} keep' > $(ZIPS)/receiver.txt
	@$(MAKE) -s $(ZIPS)/journey.zip $(ZIPS)/receiver.zip

build/%.zip: TO = build/$*
# Copied, not linked: what is changed here would be changed in uv's cache and in every environment besides.
build/%.zip:
	@$(UV) pip install -q --link-mode copy --require-hashes --no-deps --only-binary :all: --python-version 3.13 \
		--python-platform $(PLATFORM_$(ARCH)) --target $(TO) -r $(TO).txt
	@rm -rf $(TO)/bin $(TO)/.lock $(TO)/boto3/examples $(TO)/boto3/data $(TO)/*/tests
	@find $(TO)/botocore/data -mindepth 1 -maxdepth 1 -type d $(SERVICES:%=! -name %) -exec rm -r {} +
	@.venv/bin/python infra/only_endpoints_of.py $(TO)/botocore/data/endpoints.json $(SERVICES)
	@git ls-files -z handlers connectors postmortem ':!*.md' | xargs -0 cp --parents -t $(TO)
	@.venv/bin/python -m compileall -q -j 1 --invalidation-mode unchecked-hash -s $(TO) -p /var/task $(TO)
	@find $(TO) -exec touch -h -d 1980-01-01T00:00:00Z {} + && chmod -R u=rwX,go=rX $(TO)
	@cd $(TO) && LC_ALL=C TZ=UTC $(CURDIR)/.venv/bin/python -m zipfile -c ../$(notdir $@) *
	@du -h --apparent-size $@ && rm -r $(TO)

# What a deployment and a removal are told. The region is REGION, or as AWS_REGION says, or as boto3 finds it:
# AWS_DEFAULT_REGION, or the profile's. It is found once, before anything is done.
STAGE ?= dev
FIND_REGION = .venv/bin/python -c \
	'import botocore.session as b; print(b.get_session().get_config_variable("region") or "")' 2>/dev/null
DEBRIEF = .venv/bin/debrief stage $(STAGE) --region $(FOUND)
OSLS = node_modules/.bin/osls
WHERE = --stage $(STAGE) --region $(FOUND)
# What a removal left, for the next deployment.
KEPT = kept-$(STAGE).json
# What deploy.yml may hold: a misspelt key would count for nothing, without a word.
CHOICES = $(shell grep -oE 'chosen\.[A-Za-z]+' serverless.yml | cut -d. -f2 | sort -u | paste -sd'|' -)

deploy: region package osls ## set a stage up on AWS, or bring it up to date (STAGE=dev REGION=eu-west-1)
	@[ ! -f deploy.yml ] || ! grep -nvE '^ *(#.*)?$$|^[A-Za-z][A-Za-z0-9-]*: *(#.*)?$$|^ +($(CHOICES)): ' deploy.yml \
	|| { echo "Not understood in deploy.yml: copy docs/deploy.example.yml, which has every key there is."; exit 1; }
	@[ ! -f $(KEPT) ] || $(DEBRIEF) --take-up $(KEPT)
	@DEBRIEF_ARCH=$(ARCH) $(OSLS) deploy $(WHERE)
	@rm -f $(KEPT)
	@$(DEBRIEF)

remove: region osls ## take a stage down; its table, bucket and secrets stay (STAGE=dev REGION=eu-west-1)
	@$(DEBRIEF) --removal
	@printf 'Type %s to take it down: ' '$(STAGE)'; read -r name; \
	[ "$$name" = '$(STAGE)' ] || { echo 'Nothing was removed.'; exit 1; }
	@$(DEBRIEF) --removal --keep $(KEPT) >/dev/null
	@$(OSLS) remove $(WHERE)
	@echo 'Removed. $(KEPT) says what stayed: make deploy STAGE=$(STAGE) REGION=$(FOUND) takes it up again.'

region: $(SYNC)
	@$(eval FOUND := $(or $(REGION),$(AWS_REGION),$(shell $(FIND_REGION))))
	@[ -n '$(FOUND)' ] || { echo 'No AWS region is set: make $(MAKECMDGOALS) STAGE=$(STAGE) REGION=eu-west-1, or export' \
	'AWS_REGION.' >&2; exit 1; }
	@[ ! -f $(KEPT) ] || grep -q '"region": *"$(FOUND)"' $(KEPT) \
	|| { echo "$(KEPT) is of another region than $(FOUND): deploy where it says, or put it elsewhere." >&2; exit 1; }

test-e2e: $(SYNC) chromium osls runtime ## only the tests of whole processes, and of the real zips in Lambda's own runtime
	@$(UV) run --no-sync pytest -q -n 0 tests/e2e

# The runtime interface emulator is a binary inside the aws-sam-cli package, whose Python is not needed.
runtime: $(SYNC)
	@$(MAKE) -s package ARCH=$(HOST) >/dev/null
	@[ -d .tools/rie ] || $(UV) pip install -q --no-deps --python .venv/bin/python --target .tools/rie aws-sam-cli==1.170.0
	@[ -d .tools/ministack ] || $(UV) pip install -q --python .venv/bin/python --target .tools/ministack ministack==1.5.33
	@[ -d .tools/awslambdaric/awslambdaric/__pycache__ ] || { rm -rf .tools/awslambdaric && $(UV) pip install -q \
		--compile-bytecode --python .venv/bin/python --target .tools/awslambdaric awslambdaric==4.2.2; }

osls:
	@[ node_modules/.synced -nt package-lock.json ] || { command -v npm >/dev/null \
	&& npm ci --no-fund --no-audit --loglevel=error --no-update-notifier && touch node_modules/.synced; } \
	|| echo "osls is not here and npm could not install it: the tests of the deployment are skipped. Install Node 20 or later."

chromium:
	@{ $(FIND_CHROMIUM); } >/dev/null || { echo "Installing Chromium for the tests of the page ..."; \
	{ $(APT) update && $(APT) install -y --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1; } \
	|| echo "No Chromium here, and apt could not install one: the tests in a browser are skipped. Install it: apt-get install chromium"

$(UV):
	@echo "Installing uv $(UV_VERSION) into .tools/ ..."
	@{ python3 -m venv .tools/venv >/dev/null 2>&1 && .tools/venv/bin/python -m pip install -q uv==$(UV_VERSION); } \
	|| { rm -rf .tools/venv && python3 -m pip install -q --target .tools/venv uv==$(UV_VERSION); } \
	|| { echo "Could not install uv $(UV_VERSION): python3 must be there with venv or pip, and a package registry in reach (PIP_INDEX_URL and UV_DEFAULT_INDEX name a mirror)."; exit 1; }

$(SYNC): $(UV) pyproject.toml uv.lock
	@python=$$($(FIND_PYTHON)) || { echo "No Python 3.13 here; fetching one into .tools/ ..."; \
	$(UV) python install --no-bin 3.13; python=$$($(FIND_PYTHON)); } \
	|| { echo "Could not find or fetch Python 3.13: install it, or let this machine reach github.com, then run make again."; exit 1; }; \
	echo "Setting up .venv with $$python ..."; \
	$(UV) sync -q --frozen --all-extras --python "$$python"
	@touch $@
