# epsql: what you can make.

BIN      := bin/epsql
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS  := -X main.version=$(VERSION)
FUZZTIME ?= 5m

# Pinned here and run from source, so that a fresh machine needs only Go.
GOFUMPT      := go run mvdan.cc/gofumpt@v0.12.0
GOLANGCILINT := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: help build demo test lint bench prove golden fuzz clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/epsql
	go build -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/epsql

demo: build ## synthetic deliveries in, masked tables out (under three minutes)
	@sh sql/demo/run.sh $(BIN) build/demo

test: ## run every test
	go test -timeout 20m ./...

lint: ## go vet, gofumpt and golangci-lint
	go vet ./...
	@unformatted=$$($(GOFUMPT) -l .) && if [ -n "$$unformatted" ]; then \
		echo "not formatted (run gofumpt -w):"; echo "$$unformatted"; exit 1; fi
	$(GOLANGCILINT) run ./...

bench: ## measure loading, masking and queries, and how useful the guard is
	go test -run '^$$' -bench . -benchtime 1x -timeout 60m ./...

prove: ## run the long proofs of the guard and of ports, and print what they prove (hours)
	@echo "1. Databases that differ only in hidden persons give the same bytes, whatever is asked (100 000 pairs)"
	EPSQL_PROVE=1 EPSQL_VERSION=$(VERSION) go test -v -count 1 -parallel 2 -timeout 0 -run 'PersonsBehindMaskedCells|GuardThatIsOpen|WhatTheExperimentFound' ./engine/guard
	@echo "2. An attacker with linear programs solves no masked cell (10 000 tables)"
	EPSQL_PROVE=1 go test -v -count 1 -timeout 0 ./engine/guard/suppress
	@echo "3. No attack of testdata/attacks learns what it must not"
	EPSQL_PROVE=1 go test -v -count 1 -timeout 0 -run 'Attack|Corpus' ./engine/guard
	@echo "4. What is shown of the questions of testdata/utility is exact, and nearly all are answered as written"
	EPSQL_PROVE=1 go test -v -count 1 -timeout 0 -run 'Utility' ./engine/guard
	@echo "5. Ports of random DATA steps give what an interpreter of the DATA step gives (20 000 programs)"
	EPSQL_PROVE=1 go test -v -count 1 -timeout 0 -run 'RandomDataSteps' ./engine/compare

golden: ## rewrite the golden files; read the difference before you commit it
	@grep -rl --include='*_test.go' 'flag.Bool("update"' . | xargs -n1 dirname | sort -u | \
		while read -r dir; do (set -x; go test "$$dir" -update) || exit 1; done

fuzz: ## fuzz every target for FUZZTIME each (default 5m)
	@grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed 's|/[^/]*_test.go:func | |' | \
		while read -r dir target; do \
			(set -x; go test "$$dir" -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME)) || exit 1; done

clean: ## remove what was built
	rm -rf bin build
