"""Benchmarks: each measures beside its yardstick in the same run, and fails when a goal is missed."""
