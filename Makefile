# Commands of this project. `make` alone lists them.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run build web test test-go test-web check deps bench fuzz shots timings soak trial-river generate

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -X keruen/internal/app.Version=$(VERSION)
LISTEN  ?= 127.0.0.1:8080
DATA    ?= ./data
# Packages tested at a time. The machine of reference has two cores; whole-program tests start several processes each.
P       ?= 2

help: ## This list
	@echo "Keruen: e-mail campaigns to people who agreed to receive them."
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14 | sed 's/^/  make /'
	@echo
	@echo "  Try it out: make run   then open http://$(LISTEN)"

run: build ## Build and start with a demo account in the pretend world; data in ./data
	./bin/keruen serve --demo --data $(DATA) --listen $(LISTEN)

build: web ## Build ./bin/keruen with the cabinet inside
	@mkdir -p bin
	go build -ldflags '$(LDFLAGS)' -o bin/keruen ./cmd/keruen

# npm ci runs when the lock file changed; the bundle is built when a source changed.
WEB_SOURCES := $(shell find web/src web/public web/scripts -type f 2>/dev/null) web/index.html web/vite.config.ts web/package-lock.json

web: web/dist/index.html ## Build the cabinet into web/dist

web/node_modules/.ready: web/package-lock.json
	@command -v npm >/dev/null || { echo "Node 20 with npm is needed: https://nodejs.org or apt-get install nodejs npm" >&2; exit 1; }
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.ready $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@

deps: ## Install what tests need from Debian (PostgreSQL, Postfix, Dovecot, Chromium …)
	@scripts/deps.sh

test: deps build check test-web test-go ## Everything that must pass: checks, Go tests on both engines, the cabinet's, whole journeys

test-go: web ## Go tests: both database engines, real mail servers, a real browser
	go test -p $(P) -timeout 20m ./...

test-web: web/node_modules/.ready ## Unit tests of the cabinet
	cd web && npm test --silent

check: web ## Formatting, vet, layers, generated files, types and lint of the cabinet
	@bad=$$(gofmt -l cmd internal test web/*.go); [ -z "$$bad" ] || { echo "gofmt -w these files: $$bad" >&2; exit 1; }
	go vet ./...
	go test -count=1 -run 'TestImportsGoDown|TestOutsideLibrariesStayBehindTheirFences' ./internal/app
	@go run ./cmd/keruen openapi | cmp - api/openapi.json || { echo "api/openapi.json is old: make generate" >&2; exit 1; }
	@scripts/client-fresh.sh
	cd web && npm run --silent check && npm run --silent lint

generate: web/node_modules/.ready ## Write api/openapi.json, the TypeScript client and the example configuration anew
	go run ./cmd/keruen openapi > api/openapi.json.new && mv api/openapi.json.new api/openapi.json
	cd web && npm run --silent api
	go run ./cmd/keruen example-config > docs/keruen.example.toml

bench: build ## Messages per second beside Postfix's own tools, rows per second of import
	go test -p 1 -run '^$$' -bench . -benchtime 1x -timeout 30m ./test/bench/...

# Seconds for each fuzz target.
FUZZ ?= 60s
fuzz: ## Fuzz every parser for FUZZ (60s) each
	@grep -rlE '^func Fuzz' --include='*_test.go' internal | xargs -n1 dirname | sort -u | while read -r dir; do \
	  grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go | cut -c6- | while read -r f; do \
	    echo "$$dir $$f"; go test ./$$dir -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZ) -fuzzminimizetime 10x; done; done

timings: build deps ## How soon the cabinet can be used, cold and warm, on a slow machine and line
	@scripts/shots.sh timings

shots: build deps ## Pictures of every screen in artifacts/shots, with checks of access and layout
	@scripts/shots.sh

# How long each scene is played anew.
SOAK ?= 8m
soak: build deps ## Kill the program, its database and one of two machines in the middle of campaigns, each for SOAK (8m)
	go test -p 1 -count=1 -timeout 0 ./test/crash/ -soak $(SOAK)

trial-river: ## Measure River beside the task table (docs/decisions/0002-jobs.md)
	cd test/trials/river && go run .
