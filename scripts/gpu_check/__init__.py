"""What only a machine with a GPU can check; scripts/check_gpu.sh."""
