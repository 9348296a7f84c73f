"""Makes the fixtures of tests/support known to every Python test."""

pytest_plugins = ["support.fixtures"]
