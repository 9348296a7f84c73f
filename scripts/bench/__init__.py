"""The parts of scripts/bench.py: what is measured, how, and how the figures are shown."""
