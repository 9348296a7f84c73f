#pragma once

namespace gradcam {

// Seconds that the two halves of a network took for one batch.
struct HalfTimes {
  double features = 0;
  double head = 0;
};

}  // namespace gradcam
