"""`make bench`: our assistant against Rasa's own, on one machine in one go, written down in docs/benchmarks.md."""
