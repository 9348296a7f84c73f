#include "explain/preprocess_choice.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/joined.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

// A larger input would not fit into memory; the check keeps a slip of the keyboard from trying.
constexpr int kMaxSide = 16384;

Preprocess FromCard(const Card& card, const std::string& name, const std::string& model) {
  if (name.empty()) {
    return card.preprocess.front();
  }
  std::vector<std::string> names;
  for (const Preprocess& preprocess : card.preprocess) {
    if (preprocess.name == name) {
      return preprocess;
    }
    names.push_back(preprocess.name);
  }
  throw Error(ErrorKind::kUsage, "model '" + model + "' has no preprocessing '" + name + "'",
              "it has: " + Joined(names, ", "));
}

Preprocess FromOptions(const LoadOptions& options, std::optional<std::array<int, 2>> traced_size,
                       const std::string& model) {
  if (!options.preprocess_name.empty()) {
    throw Error(ErrorKind::kUsage,
                "model '" + model + "' has no preprocessing '" + options.preprocess_name +
                    "': it carries no card",
                "give a card with --card");
  }
  const PreprocessOverrides& fields = options.preprocess;
  std::vector<std::string> missing;
  if (!(fields.height && fields.width) && !traced_size) {
    missing.emplace_back("--input-size");
  }
  if (!fields.scale) {
    missing.emplace_back("--scale");
  }
  if (!fields.mean) {
    missing.emplace_back("--mean");
  }
  if (!fields.std) {
    missing.emplace_back("--std");
  }
  if (!missing.empty()) {
    throw Error(ErrorKind::kUsage,
                "model '" + model + "' carries no card, so its preprocessing is unknown: missing " +
                    Joined(missing, ", "),
                "give these options, or a card with --card");
  }
  Preprocess preprocess;
  preprocess.name = "options";
  if (traced_size) {
    preprocess.height = (*traced_size)[0];
    preprocess.width = (*traced_size)[1];
  }
  return preprocess;
}

int LargerSide(const Preprocess& preprocess) {
  return std::max(preprocess.height, preprocess.width);
}

void ApplySize(const PreprocessOverrides& fields, Preprocess& preprocess) {
  const int card_side = LargerSide(preprocess);
  preprocess.height = fields.height.value_or(preprocess.height);
  preprocess.width = fields.width.value_or(preprocess.width);
  if (fields.crop) {
    if (!(*fields.crop > 0 && *fields.crop <= 1)) {
      throw Error(ErrorKind::kUsage, "crop must be above 0 and at most 1");
    }
    preprocess.mode = ResizeMode::kShorter;
    preprocess.shorter_side = static_cast<int>(
        std::min<double>(std::floor(LargerSide(preprocess) / *fields.crop), kMaxSide + 1));
  } else if (preprocess.mode == ResizeMode::kShorter && card_side > 0) {
    preprocess.shorter_side = static_cast<int>(std::int64_t{preprocess.shorter_side} *
                                               LargerSide(preprocess) / card_side);
  }
}

void RequireSide(const std::string& what, int side) {
  if (side < 1 || side > kMaxSide) {
    throw Error(ErrorKind::kUsage,
                what + " must be between 1 and " + std::to_string(kMaxSide) + " pixels");
  }
}

void RequirePossible(const Preprocess& preprocess) {
  RequireSide("input height", preprocess.height);
  RequireSide("input width", preprocess.width);
  if (preprocess.mode == ResizeMode::kShorter) {
    RequireSide("shorter side", preprocess.shorter_side);
    if (preprocess.shorter_side < LargerSide(preprocess)) {
      throw Error(ErrorKind::kUsage,
                  "shorter side of " + std::to_string(preprocess.shorter_side) +
                      " pixels is smaller than the input size, so there is nothing to crop");
    }
  }
  // Compared after the rounding that the computation makes.
  const auto positive = [](double number) {
    const auto rounded = static_cast<float>(number);
    return rounded > 0 && std::isfinite(rounded);
  };
  if (!positive(preprocess.scale)) {
    throw Error(ErrorKind::kUsage, "scale must be above 0");
  }
  if (!std::all_of(preprocess.std.begin(), preprocess.std.end(), positive)) {
    throw Error(ErrorKind::kUsage, "std must be three numbers above 0");
  }
  if (!std::all_of(preprocess.mean.begin(), preprocess.mean.end(),
                   [](double m) { return std::isfinite(static_cast<float>(m)); })) {
    throw Error(ErrorKind::kUsage, "mean must be three finite numbers");
  }
}

}  // namespace

Preprocess ChoosePreprocess(const Card& card, const LoadOptions& options,
                            std::optional<std::array<int, 2>> traced_size,
                            const std::string& model) {
  Preprocess preprocess = card.preprocess.empty() ? FromOptions(options, traced_size, model)
                                                  : FromCard(card, options.preprocess_name, model);
  const PreprocessOverrides& fields = options.preprocess;
  ApplySize(fields, preprocess);
  preprocess.scale = fields.scale.value_or(preprocess.scale);
  preprocess.mean = fields.mean.value_or(preprocess.mean);
  preprocess.std = fields.std.value_or(preprocess.std);
  preprocess.bgr = fields.bgr.value_or(preprocess.bgr);
  preprocess.filter = fields.filter.value_or(preprocess.filter);
  RequirePossible(preprocess);
  return preprocess;
}

}  // namespace gradcam
