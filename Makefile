# The gate is `make check`; CI runs exactly that, after the README's test command.

GO ?= go

.PHONY: check test bench demo fault fuzz nightly

check: ## everything that must hold before a change lands
	@unformatted="$$(gofmt -l .)"; if [ -n "$$unformatted" ]; then echo "gofmt these files:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) vet -tags fault ./...
	$(GO) tool staticcheck ./...
	$(GO) mod verify
	$(GO) mod tidy -diff
	$(GO) test -race -shuffle=on ./...
	CGO_ENABLED=0 $(GO) build -trimpath -o /dev/null ./cmd/registerd
	git diff --exit-code

test: ## the tests, without the race detector
	$(GO) test ./...

bench: ## throughput against yardsticks, in one run; see docs/performance.md
	$(GO) run ./cmd/bench

demo: ## the example register on all windows of loopback
	$(GO) run ./cmd/registerd demo

fault: ## slow fault tests: restarts under load, kills, bit flips, twins
	REGISTERD_TEST_FLIPS=4000 REGISTERD_TEST_KILLS=200 REGISTERD_TWINS=50 \
		$(GO) test -tags fault -timeout 60m ./...

fuzz: ## every fuzz target for a while
	@for p in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
			$(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $${FUZZTIME:-20s} $$p || exit 1; \
		done; \
	done

nightly: ## what is too slow for every change
	$(MAKE) fault
	$(MAKE) fuzz FUZZTIME=10m
	$(MAKE) bench
