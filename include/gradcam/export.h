#pragma once

// Marks what libgradcam.so offers to other programs; everything else is hidden.
#define GRADCAM_EXPORT __attribute__((visibility("default")))
