"""The parts of scripts/gradcam_ray.py, and what needs no Ray: a client of
`gradcam worker`, and reports of shards put together."""
