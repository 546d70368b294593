"""Measurements of the running application, each printing one line of JSON. They are benchmarks, not tests."""
