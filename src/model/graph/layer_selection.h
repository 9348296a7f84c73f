#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/graph/layer_calls.h"

namespace gradcam {

// The calls that a layer name means.
struct LayerSelection {
  std::string name;                  // as the user gave it
  std::vector<std::int64_t> calls;   // call numbers of that layer, in program order
  std::optional<std::int64_t> call;  // k of "NAME#k", negative from the end
};

// Throws Error(kUsage): for an unknown name with the nearest names as hint, for a layer that cannot
// be cut at with the reason.
[[nodiscard]] LayerSelection SelectLayer(const InlinedForward& forward, const std::string& name);

// Whether a layer of these calls stands inside an `if` or loop: k of NAME#k then counts how often
// it ran, which shows only when the network runs. Convolutions by position are counted in the
// graph.
[[nodiscard]] bool AreCountedByRuns(const InlinedForward& forward,
                                    const std::vector<std::int64_t>& calls);

// The one call number of a selection; throws Error(kUsage) if the layer is called several times and
// k was not given, or k is out of range.
[[nodiscard]] std::int64_t TheCall(const LayerSelection& selection);

// k of `selection` among `count` calls, counted from 0. Throws as TheCall.
[[nodiscard]] std::size_t CallIndex(const LayerSelection& selection, std::size_t count);

// The name of call number `call` as SelectLayer takes it: with "#k" if the layer has several calls,
// without it for a call inside an `if` or loop. Empty where calls inside branches in front of it
// and behind it leave no name that always means this call.
[[nodiscard]] std::string NameOfCall(const InlinedForward& forward, std::int64_t call);

}  // namespace gradcam
