# `make help` lists the targets.
GO ?= go
LINT_VERSION ?= v2.15.0
SEEDS ?= 20

.PHONY: help test race scale bench fuzz lint proof nightly clients track conformance report clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 22

# The package that takes longest goes first, so that no other waits for it.
test: ## every test, all mutants among them (under five minutes)
	$(GO) test -parallel 4 -timeout 20m ./scenarios ./...

race: ## the same under the race detector, with a part of the mutants and seeds
	$(GO) test -race -short -parallel 4 -timeout 25m ./...

proof: ## the full outage: the reference on SEEDS=20 seeds, and every mutant caught (about half an hour)
	SQUALL_PROOF=$(SEEDS) $(GO) test -tags proof -count=1 -parallel 3 -timeout 120m -run 'TestProof' -v ./scenarios

nightly: SEEDS = 1000
nightly: ## the reference on SEEDS=1000 seeds of every scenario in virtual time, every mutant on five (hours)
	SQUALL_SEEDS=$(SEEDS) SQUALL_MUTANT_SEEDS=5 $(GO) test -count=1 -timeout 12h -run 'TestNoFalseAlarm|TestMutantsDie' ./scenarios

scale: OPERATIONS = 10000000
scale: ## judges a run of OPERATIONS=10000000 by its index, three times; fills an org with as many records
	SQUALL_SCALE=$(OPERATIONS) $(GO) test -tags scale -count=1 -p 1 -timeout 1h -run 'TestScale$$' -v ./harness ./mocksf

bench: ## figures, each beside what it is compared with
	$(GO) test -run '^$$' -bench . -benchtime 2s ./mocksf/... ./harness/...

fuzz: ## every fuzz target for FUZZTIME=20s each (TARGET='FuzzSOAP|FuzzRun' for some)
	./scenarios/fuzz.sh $(or $(FUZZTIME),20s) '$(TARGET)'

clients: ## integrations on public client libraries, rehearsed on the outage (needs Node.js and npm)
	./scenarios/clients/run.sh

track: ## known defects of public client libraries, each found again (needs Node.js and npm; ROW=jsforce/refresh-loop for one)
	$(GO) test -tags track -count=1 -parallel 6 -timeout 10m -run 'TestTrack/$(ROW)' -v ./scenarios/clients

conformance: ## ordinary programs on public clients, against `squall serve` (needs Node.js and npm; SUITE=plain for one)
	$(GO) test -tags conformance -count=1 -parallel 3 -timeout 20m -run 'TestConformance/$(SUITE)' -v ./mocksf/conformance

lint: ## golangci-lint, with the reasons in .golangci.yml
	$(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION) run ./...

report: ## rehearse the outage once and say where the report is
	$(GO) run . run outage

clean: ## remove what runs and builds left behind
	rm -rf runs bin scenarios/runs harness/runs
