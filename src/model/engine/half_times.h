#pragma once

namespace gradcam {

// Seconds that the two halves of a network took for one batch. A network that is not cut, because
// its layer is tapped, counts as head.
struct HalfTimes {
  double features = 0;
  double head = 0;
};

}  // namespace gradcam
