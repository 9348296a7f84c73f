"""The parts of scripts/gradcam_ray.py, and a client of `gradcam worker` that needs no Ray."""
