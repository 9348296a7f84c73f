/* A libcuda.so.1 of a machine with a driver and without a GPU: what the CUDA runtime asks first. */
int cuInit(unsigned flags) {
  (void)flags;
  return 100; /* CUDA_ERROR_NO_DEVICE */
}

int cuDriverGetVersion(int *version) {
  *version = 13000;
  return 0;
}
