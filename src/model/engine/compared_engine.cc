#include "model/engine/compared_engine.h"

#include <exception>
#include <optional>
#include <utility>

#include "core/free_memory.h"
#include "model/engine/features_difference.h"
#include "model/engine/torch_error.h"

namespace gradcam {
namespace {

// What an earlier run has kept; nothing if there is none or it differs.
std::optional<ComparedEngine> TakeCompared(const EngineSource& source, const at::Tensor& input,
                                           const Features& expected) {
  if (!source.take_kept) return std::nullopt;
  ComparedEngine compared{.engine = source.take_kept(input), .first = {}, .notes = {}};
  if (compared.engine == nullptr) return std::nullopt;
  try {
    compared.first = compared.engine->Run(input);
    RequireLimit(compared.first, expected, source.limit);
    return compared;
  } catch (const std::exception& error) {
    if (IsOutOfMemory(error)) throw;
    source.forget_kept(input);
    return std::nullopt;
  }
}

// What the comparison in float32 notes.
std::vector<std::string> CompareInFloat32(const EngineSource& source, const at::Tensor& input,
                                          const Features& expected) {
  if (source.float32 == nullptr) return {};
  auto notes = MakeCompared(*source.float32, input, expected).notes;
  ReturnFreeMemory();  // its copy of the weights
  return notes;
}

ComparedEngine MakeAnew(const EngineSource& source, const at::Tensor& input,
                        const Features& expected) {
  auto notes = CompareInFloat32(source, input, expected);
  auto engine = source.make();
  Features first = engine->Run(input);
  RequireAgreement(source, first, expected);
  return {std::move(engine), std::move(first), std::move(notes)};
}

ComparedEngine MakeSomehow(const EngineSource& source, const at::Tensor& input,
                           const Features& expected) {
  if (source.otherwise == nullptr) return MakeAnew(source, input, expected);
  try {
    return MakeAnew(source, input, expected);
  } catch (const std::exception& error) {
    if (IsOutOfMemory(error)) throw;
  }
  return MakeSomehow(*source.otherwise, input, expected);
}

}  // namespace

void RequireAgreement(const EngineSource& source, const Features& found, const Features& expected) {
  const bool is_half = source.float32 != nullptr;
  if (is_half && IsOverflow(found, expected)) return;
  RequireLimit(found, expected, source.limit);
}

ComparedEngine MakeCompared(const EngineSource& source, const at::Tensor& input,
                            const Features& expected) {
  auto kept = TakeCompared(source, input, expected);
  ComparedEngine compared = kept ? *std::move(kept) : MakeSomehow(source, input, expected);
  const std::string note = compared.engine->Keep();
  if (!note.empty()) compared.notes.push_back("engine '" + source.name + "': " + note);
  return compared;
}

}  // namespace gradcam
