# The gate is `make check`; CI runs exactly that, after the README's test command.

GO ?= go
PROMTOOL ?= promtool

# SQLite is C that was translated: its memory is not Go's, so the race detector sees nothing in it and takes most of its time
# there. Our code, the driver and the standard library are watched.
RACE = -race -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc/...=-race=false

# The fault tests that the gate runs, most of which need root. docs/reliability.md marks them.
FAULTS = WhereverTheDiskIsFull|WhereverTheDiskTurnsReadOnly|AfterAPowerCut|AfterAKillAll|WhateverOperationFails|ALoadThatGetsNoMoreMemory|AFlippedBitBeside|ARestoreThatIsKilled|RootBacksUp|OverARealNetwork|ItServesPort43Without|ItStartsNoProgram|ItLivesInAnEmptyRoot

# Disks that a test mounts are its own: another process that makes a namespace meanwhile would keep them mounted.
OWN_MOUNTS = $$(unshare --mount true 2>/dev/null && echo unshare --mount)

.PHONY: check test build deb reproducible bench demo fault-gate fault fuzz alerts nightly

check: ## everything that must hold before a change lands
	@unformatted="$$(gofmt -l .)"; if [ -n "$$unformatted" ]; then echo "gofmt these files:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) vet -tags fault ./...
	$(GO) tool staticcheck ./...
	$(GO) mod verify
	$(GO) mod tidy -diff
	$(GO) test $(RACE) -shuffle=on -timeout 20m ./...
	CGO_ENABLED=0 $(GO) build -trimpath -o /dev/null ./cmd/registerd
	$(MAKE) fault-gate
	git diff --exit-code

test: ## the tests, without the race detector
	$(GO) test ./...

build: ## the program as it is shipped: build/registerd
	GO="$(GO)" deploy/build "$(CURDIR)/build/registerd"

deb: ## the Debian package: build/registerd_VERSION_ARCHITECTURE.deb
	GO="$(GO)" deploy/debian/build build

reproducible: ## two builds of the last commit, in two places and from nothing, have one hash
	@set -e; at="$$(mktemp -d)"; trap 'chmod -R u+w "$$at"; rm -rf "$$at"' EXIT; \
	for place in one deep/er/two; do \
		git clone -q . "$$at/$$place"; \
		GO="$(GO)" GOCACHE="$$at/cache-of-$${place##*/}" "$$at/$$place/deploy/build" "$$at/$${place##*/}.out"; \
	done; \
	sha256sum "$$at/one.out" "$$at/two.out" && cmp "$$at/one.out" "$$at/two.out"

bench: ## throughput against yardsticks, in one run; see docs/performance.md
	$(GO) run ./cmd/bench

demo: ## the example register on all windows of loopback
	$(GO) run ./cmd/registerd demo

fault-gate: ## those of the gate, in a few rounds; best as root: what is not tested here is said
	@said="$$(mktemp)"; trap 'rm -f "$$said"' EXIT; \
	if ! $(OWN_MOUNTS) $(GO) test -short -count=1 -parallel 4 -timeout 10m -tags fault -run '^Test($(FAULTS))' -v ./cmd/registerd ./audit >"$$said" 2>&1; then \
		grep -Ev '^ *(=== |--- PASS)' "$$said"; exit 1; \
	fi; \
	grep -E '^ok|^ *--- SKIP|NOT TESTED' "$$said"

fault: ## all fault tests, in many rounds: full and failing disks, power cuts, kills, bit flips, restarts under load, twins; best as root
	REGISTERD_TEST_FLIPS=4000 REGISTERD_TEST_KILLS=200 REGISTERD_TEST_CUTS=50 REGISTERD_TEST_FLIPS_BESIDE=12 REGISTERD_TWINS=50 \
		$(OWN_MOUNTS) $(GO) test -tags fault -timeout 60m ./...

fuzz: ## every fuzz target for a while
	@for p in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
			$(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $${FUZZTIME:-20s} $$p || exit 1; \
		done; \
	done

alerts: ## the alert rules and their unit tests, with Prometheus' own promtool where it is
	@if ! command -v $(PROMTOOL) >/dev/null; then echo "alerts: no $(PROMTOOL) here: not checked"; exit 0; fi; \
	set -e; cd deploy/alerts; $(PROMTOOL) check rules registerd.rules.yml >/dev/null; $(PROMTOOL) test rules registerd.rules_test.yml

nightly: ## what is too slow for every change
	$(MAKE) alerts
	$(MAKE) reproducible
	$(MAKE) fault
	$(MAKE) fuzz FUZZTIME=10m
	$(MAKE) bench
