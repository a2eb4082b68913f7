# ringbasic: from the vendor's API description to a client that a service can depend on.
# A fresh machine needs Go and make, and the Go module proxy.

GO         ?= go
RINGBASIC   = $(GO) run ./cmd/ringbasic
STATICCHECK = $(GO) run honnef.co/go/tools/cmd/staticcheck
PEERS       = internal/peers
OTEL        = examples/otel

MUTATED = ./internal/document ./internal/overlay ./internal/errorcodes ./internal/project ./internal/names \
  ./internal/pin ./internal/fetch ./internal/diff ./internal/drift ./internal/report ./internal/goapi \
  ./internal/update ./internal/recording ./internal/contract ./internal/traffic ./internal/live \
  ./internal/generate/runtime ./internal/build ./internal/generate ./transport ./ringcentraltest
FUZZTIME = 10s
KILLS    = 1000

# What a person may set is no text of make or of the shell: the recipes have it from the environment.
GIVEN = DIR FUZZTIME KILLS MUTATED NEWER OGEN SOURCE SPECS VERSION
SOURCE_IS_GIVEN := $(filter command,$(origin SOURCE))
$(foreach v,$(GIVEN),$(if $(filter undefined,$(origin $v)),,$(eval override $v := $$(value $v))))
export $(GIVEN)

# an argument also if it is empty, which the command refuses; in the environment, that is none
source = -- $(if $(SOURCE_IS_GIVEN),"$$SOURCE",$${SOURCE:+"$$SOURCE"})
# a file, from whatever folder
absolute = $${$1:+$2"$$(case "$$$1" in /*) ;; *) printf %s/ "$$PWD";; esac)$$$1"}

.DEFAULT_GOAL := all
.PHONY: bodies breadth chain fuzz interrupt mutants mutate pages release vuln
.PHONY: all help generate check test lint ci race bench drift update live record browser

all: generate check ## build from the pin, then verify (the default)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

generate: ## make spec/openapi.yaml and generated/ringcentral from the pin and the overlays
	$(RINGBASIC) build

check: ## verify: pin and lock belong together, nothing is stale, every recording holds
	$(RINGBASIC) pin --check
	$(RINGBASIC) build --check
	$(GO) vet ./generated/... ./contracttests/...
	$(GO) test ./contracttests -run '^TestRecordings$$'

test: ## run all tests
	$(GO) test ./...
	$(GO) test -C $(PEERS) ./...
	$(GO) test -C $(OTEL) ./...

lint: ## gofmt, go vet and staticcheck
	@unformatted="$$(gofmt -l $$(git ls-files '*.go'))"; \
	if [ -n "$$unformatted" ]; then echo "not gofmt'ed: run gofmt -w on"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) vet -C $(PEERS) -tags browser ./...
	$(GO) vet -C $(OTEL) ./...
	$(STATICCHECK) ./...
	$(GO) mod tidy -diff
	$(GO) -C $(PEERS) mod tidy -diff
	$(GO) -C $(OTEL) mod tidy -diff

ci: ## everything that CI checks; needs git and a C compiler, for the race detector
	@set -e; before="$$(git status --porcelain)"; \
	$(MAKE) --no-print-directory check lint test race; $(MAKE) --no-print-directory fuzz FUZZTIME=300x; \
	$(GO) mod verify; $(GO) -C $(PEERS) mod verify; \
	after="$$(git status --porcelain)"; \
	if [ "$$before" != "$$after" ]; then echo "the checks changed the tree:"; git status --short; exit 1; fi

race: ## tests of what consumers import and of commands with the race detector, and the suite in random order
	$(GO) test -race ./contracttests ./transport ./generated/... ./ringcentraltest/... ./internal/cli
	$(GO) test -shuffle=on -count=3 ./contracttests

bench: ## compare build and drift with their peers, wall time and peak memory (NEWER=file: the document to drift to)
	$(GO) run -C $(PEERS) ./bench -root ../.. $(call absolute,NEWER,-newer=)

drift: ## compare the vendor's present document with the pin (SOURCE=file: another one)
	$(RINGBASIC) drift $(source)

update: ## take over the vendor's present document: pin, build, contract suite, report (SOURCE=file: another one)
	$(RINGBASIC) update $(source)

live: ## run the recorded requests against a real account (see README)
	$(RINGBASIC) live

record: ## rewrite the recordings from a real account (see README)
	$(RINGBASIC) live --record

breadth: ## tell how much of vendors' documents can be built, beside oapi-codegen (SPECS='a.yaml b.yaml' OGEN=program)
	$(GO) run ./internal/breadth $(call absolute,OGEN,-ogen=) -- $$SPECS

bodies: ## make one HAR file, bodies.har, of published bodies (DIR=folder)
	$(GO) run ./internal/traffic/bodies "$$DIR" > bodies.har

chain: ## walk a copy of the project through vendor documents (DIR=folder, or SPECS='a.yaml b.yaml' in order)
	$(GO) run ./internal/chain $${DIR:+"$$DIR"} $$SPECS

# The database of vulnerabilities is no part of the module proxy: where it cannot be reached, nothing is told of it.
vuln: ## look for known vulnerabilities in what is called; needs their database
	@out="$$($(GO) run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./... 2>&1)"; code=$$?; echo "$$out"; \
	case "$$out" in *"fetching vulnerabilities: "*) \
	  echo "skipped: the database of vulnerabilities cannot be reached"; exit 0;; esac; exit $$code

# Where the time is over while an input is tried, go test says "context deadline exceeded" and fails, though nothing was
# found.
fuzz: ## run each fuzz target for a while (FUZZTIME=10s), or for a number of inputs (FUZZTIME=300x)
	@set -e; for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
	    echo "$$package $$target"; \
	    out="$$($(GO) test $$package -run '^$$' -fuzz "^$$target\$$" -fuzztime "$$FUZZTIME" \
	      -fuzzminimizetime 5x 2>&1)" || \
	      { case "$$out" in \
	        *"Failing input"*|*"testing seed corpus"*) echo "$$out"; exit 1;; \
	        *"context deadline exceeded"*) ;; \
	        *) echo "$$out"; exit 1;; \
	      esac; }; \
	    echo "$$out" | tail -1; \
	  done; \
	done

interrupt: ## kill each command that writes at many random moments, and look at what is left (KILLS=1000)
	RINGBASIC_KILLS="$$KILLS" $(GO) test ./cmd/ringbasic -run '^TestInterrupt$$' -count=1 -v -timeout 5h

mutants: ## change each fact of the built document and of the recordings, and tell which changes the suite notices
	RINGBASIC_MUTANTS=1 $(GO) test ./internal/contract -run '^TestMutants' -count=1 -v

mutate: ## change the code in small ways, and tell which changes no test of the package notices (MUTATED=packages)
	$(GO) run ./internal/mutate -skip '^(Fuzz|TestRandom)' $$MUTATED

pages: ## write what README and docs show of the output of commands
	$(GO) test . -run 'Page$$|^TestReadmeOutputs$$' -count=1 -args -update

release: ## write the archives of a version to dist (VERSION=v1.2.3)
	$(GO) run ./internal/release -version "$$VERSION"

browser: ## test the HTML report in headless Chromium, which must be installed
	$(GO) test -C $(PEERS) -tags browser -run Browser .

.PHONY: callbench
callbench: ## compare whole calls with those written by hand and by ogen: time, allocations, bytes
	$(GO) run ./internal/callbench -ogen v1.25.0

.PHONY: footprint
footprint: ## tell what a service takes on board, beside other vendors' clients: modules, vendor folder, binary
	$(GO) run ./internal/footprint
