# Thin targets over npm scripts; `make help` lists them.
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup lint format typecheck test test-unit test-int

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

setup: node_modules/.package-lock.json ## install what the lockfile pins, Node 24 among it

node_modules/.package-lock.json: package-lock.json
	npm install --no-save --no-fund --no-audit
	@touch $@

lint: setup ## format, lint and import rules
	npm run --silent lint

format: setup ## rewrite files in the project's format
	npm run --silent format

typecheck: setup ## TypeScript, strict
	npm run --silent typecheck

test: lint typecheck ## everything, ending with one line of counts
	node .ci/test.ts unit int

test-unit: setup ## pure tests only
	node .ci/test.ts unit

test-int: setup ## tests against a real API server, started for the run
	node .ci/test.ts int
