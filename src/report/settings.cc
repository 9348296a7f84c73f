#include "report/settings.h"

namespace gradcam {

std::string NameOf(Output output) {
  switch (output) {
    case Output::kGradcam:
      return "gradcam";
    case Output::kSaliency:
      return "saliency";
    case Output::kGradcamOverlay:
      return "gradcam-overlay";
    case Output::kSaliencyOverlay:
      return "saliency-overlay";
    case Output::kPanel:
      return "panel";
    case Output::kInput:
      return "input";
    case Output::kRaw:
      return "raw";
    case Output::kMap:
      return "map";
    case Output::kJson:
      return "json";
    case Output::kJsonl:
      return "jsonl";
  }
  return "";
}

std::string NameOf(Colormap colormap) {
  switch (colormap) {
    case Colormap::kJet:
      return "jet";
    case Colormap::kTurbo:
      return "turbo";
    case Colormap::kViridis:
      return "viridis";
    case Colormap::kInferno:
      return "inferno";
    case Colormap::kGrey:
      return "grey";
  }
  return "";
}

std::string NameOf(Score score) {
  switch (score) {
    case Score::kLogOdds:
      return "logodds";
    case Score::kLogit:
      return "logit";
    case Score::kProbability:
      return "prob";
    case Score::kLogProbability:
      return "logprob";
  }
  return "";
}

std::string NameOf(ExifOrientation exif) {
  return exif == ExifOrientation::kApply ? "apply" : "ignore";
}

std::string NameOf(AlphaChannel alpha_channel) {
  switch (alpha_channel) {
    case AlphaChannel::kDrop:
      return "drop";
    case AlphaChannel::kWhite:
      return "white";
    case AlphaChannel::kPremultiply:
      return "premultiply";
  }
  return "";
}

std::string NameOf(Upsampling upsampling) {
  return upsampling == Upsampling::kEdge ? "edge" : "skimage";
}

std::string NameOf(Normalization normalization) {
  return normalization == Normalization::kMax ? "max" : "minmax";
}

std::string NameOf(OutputSize size) { return size == OutputSize::kPicture ? "picture" : "input"; }

std::string NameOf(ImageFormat format) {
  switch (format) {
    case ImageFormat::kPng:
      return "png";
    case ImageFormat::kJpg:
      return "jpg";
    case ImageFormat::kWebp:
      return "webp";
  }
  return "";
}

std::string NameOf(Engine engine) {
  switch (engine) {
    case Engine::kAuto:
      return "auto";
    case Engine::kLibtorch:
      return "libtorch";
    case Engine::kOpenvino:
      return "openvino";
  }
  return "";
}

std::string NameOf(OutputKind kind) {
  switch (kind) {
    case OutputKind::kSoftmax:
      return "softmax";
    case OutputKind::kLogits:
      return "logits";
    case OutputKind::kSigmoid:
      return "sigmoid";
  }
  return "";
}

std::string NameOf(ResizeFilter filter) {
  return filter == ResizeFilter::kBicubic ? "bicubic" : "bilinear";
}

std::string NameOf(ResizeMode mode) { return mode == ResizeMode::kSquash ? "squash" : "shorter"; }

std::string NameOf(ClassTarget::By by) {
  switch (by) {
    case ClassTarget::By::kTop:
      return "top";
    case ClassTarget::By::kIndex:
      return "index";
    case ClassTarget::By::kLabel:
      return "label";
    case ClassTarget::By::kTruth:
      return "truth";
  }
  return "";
}

std::string NameOf(MapStatus status) {
  switch (status) {
    case MapStatus::kNonfinite:
      return "nonfinite";
    case MapStatus::kAllZero:
      return "all_zero";
    case MapStatus::kAllNonpositive:
      return "all_nonpositive";
    case MapStatus::kFlat:
      return "flat";
    case MapStatus::kOk:
      return "ok";
  }
  return "";
}

}  // namespace gradcam
