.PHONY: check test run up bench

check:
	ruff check . && ruff format --check . && pyrefly check && lint-imports && dg check defs && dg check yaml
test:
	python -m pytest -n 2
run:
	synth-assets run
up:
	synth-assets up
bench:
	python benchmarks/compare_datasynthesizer.py
