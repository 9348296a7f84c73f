#pragma once

#include <cstddef>

namespace gradcam {

// One of several runs that share the pictures: the K-th of N takes every N-th picture from the K-th
// on.
struct Shard {
  std::size_t number = 1;  // K, 1...count
  std::size_t count = 1;   // N
};

}  // namespace gradcam
