#include "model/graph/layer_selection.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "core/edit_distance.h"
#include "core/joined.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

constexpr std::size_t kSuggestions = 5;

struct NameAndCall {
  std::string path;
  std::optional<std::int64_t> call;
};

NameAndCall ParseName(const std::string& name) {
  const auto mark = name.rfind('#');
  if (mark == std::string::npos) {
    return {name, std::nullopt};
  }
  std::int64_t call = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + mark + 1, end, call);
  if (error != std::errc() || stop != end) {
    throw Error(ErrorKind::kUsage, "layer '" + name + "' has no whole number behind '#'",
                "write NAME#k, k counted from 0, or from -1 at the end");
  }
  return {name.substr(0, mark), call};
}

std::string NearestNames(const InlinedForward& forward, const std::string& path) {
  if (!HasModules(forward)) {
    return "this file is frozen and has lost its layer names: choose a convolution by position, "
           "for example conv#-1 for the last one";
  }
  std::set<std::pair<std::size_t, std::string>> by_distance;
  for (const auto& call : forward.calls) {
    if (!call.by_position) {
      by_distance.emplace(EditDistance(path, call.path), call.path);
    }
  }
  std::vector<std::string> nearest;
  for (const auto& [distance, name] : by_distance) {
    if (nearest.size() < kSuggestions) nearest.push_back(name);
  }
  return "the nearest names are " + JoinedQuoted(nearest) + "; 'gradcam layers' lists them all";
}

std::vector<std::int64_t> CallsOf(const InlinedForward& forward, const std::string& path,
                                  bool by_position) {
  std::vector<std::int64_t> calls;
  for (std::size_t i = 0; i < forward.calls.size(); ++i) {
    if (forward.calls[i].path == path && forward.calls[i].by_position == by_position) {
      calls.push_back(static_cast<std::int64_t>(i));
    }
  }
  return calls;
}

std::vector<std::int64_t> Usable(const InlinedForward& forward,
                                 const std::vector<std::int64_t>& calls) {
  std::vector<std::int64_t> usable;
  std::copy_if(calls.begin(), calls.end(), std::back_inserter(usable), [&](std::int64_t number) {
    return forward.calls[static_cast<std::size_t>(number)].refusal.empty();
  });
  return usable;
}

}  // namespace

LayerSelection SelectLayer(const InlinedForward& forward, const std::string& name) {
  const auto [path, call] = ParseName(name);
  // A module that is called "conv" goes before convolutions by position.
  auto calls = CallsOf(forward, path, /*by_position=*/false);
  if (calls.empty() && call) {
    calls = CallsOf(forward, path, /*by_position=*/true);
  }
  if (calls.empty()) {
    throw Error(ErrorKind::kUsage, "the model has no layer '" + path + "'",
                NearestNames(forward, path));
  }
  auto usable = Usable(forward, calls);
  if (usable.empty()) {
    throw Error(ErrorKind::kUsage,
                "cannot explain layer '" + path +
                    "': " + forward.calls[static_cast<std::size_t>(calls.front())].refusal,
                "choose another one; 'gradcam layers' lists them");
  }
  return {.name = name, .calls = std::move(usable), .call = call};
}

std::size_t CallIndex(const LayerSelection& selection, std::size_t count) {
  const auto path = ParseName(selection.name).path;
  const auto times = std::to_string(count) + (count == 1 ? " time" : " times");
  if (!selection.call) {
    if (count == 1) {
      return 0;
    }
    throw Error(ErrorKind::kUsage, "layer '" + path + "' is called " + times,
                "say which call as '" + path + "#0' to '" + path + "#" + std::to_string(count - 1) +
                    "', or '" + path + "#-1' for the last");
  }
  const auto signed_count = static_cast<std::int64_t>(count);
  const auto index = *selection.call < 0 ? *selection.call + signed_count : *selection.call;
  if (index < 0 || index >= signed_count) {
    throw Error(ErrorKind::kUsage,
                "there is no call '" + selection.name + "': the layer is called " + times,
                "calls are counted from 0, or from -1 at the end");
  }
  return static_cast<std::size_t>(index);
}

bool AreCountedByRuns(const InlinedForward& forward, const std::vector<std::int64_t>& calls) {
  return std::any_of(calls.begin(), calls.end(), [&](std::int64_t number) {
    const auto& call = forward.calls[static_cast<std::size_t>(number)];
    return call.in_branch && !call.by_position;
  });
}

std::int64_t TheCall(const LayerSelection& selection) {
  return selection.calls[CallIndex(selection, selection.calls.size())];
}

std::string NameOfCall(const InlinedForward& forward, std::int64_t call) {
  const auto& layer = forward.calls.at(static_cast<std::size_t>(call));
  const auto calls = Usable(forward, CallsOf(forward, layer.path, layer.by_position));
  if (!layer.by_position && (calls.size() == 1 || layer.in_branch)) {
    return layer.path;
  }
  const auto here = std::find(calls.begin(), calls.end(), call);
  if (!AreCountedByRuns(forward, {calls.begin(), here})) {
    return layer.path + "#" + std::to_string(here - calls.begin());
  }
  if (!AreCountedByRuns(forward, {here, calls.end()})) {
    return layer.path + "#" + std::to_string(here - calls.end());
  }
  return "";
}

}  // namespace gradcam
