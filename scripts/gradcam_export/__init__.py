"""Export of image classifiers to TorchScript files that gradcam reads."""
