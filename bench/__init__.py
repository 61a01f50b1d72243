"""Benchmarks: our figures beside a limit measured in the same run. `make bench` runs them all."""
