#include "model/engine/compiled_engine.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <sstream>
#include <string>
#include <utility>

#include "core/plugin.h"
#include "core/precision_name.h"
#include "gradcam/error.h"
#include "model/engine/flatten_graph.h"
#include "model/engine/frozen_features.h"
#include "model/engine/waiting_threads.h"

namespace gradcam {
namespace {

at::ScalarType TypeOf(NumberType type) {
  switch (type) {
    case NumberType::kFloat32:
      return at::kFloat;
    case NumberType::kInt32:
      return at::kInt;
    case NumberType::kInt64:
      return at::kLong;
    default:
      throw Error(ErrorKind::kModel, "what crosses the cut is neither float32 nor integer");
  }
}

// LibTorch's integers have 64 bits; for a compiler that computes sizes, 32 are enough.
at::Tensor CopyOf(const NumberArray& array) {
  // from_blob does not write, though it asks for memory that it might.
  auto* values = const_cast<void*>(array.values);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  const at::Tensor view = at::from_blob(values, array.shape, TypeOf(array.type));
  return array.type == NumberType::kInt32 ? view.to(at::kLong) : view.clone();
}

c10::IValue ValueOf(const NumberArray& array, FlatType::Kind kind) {
  const at::Tensor copy = CopyOf(array);
  if (kind == FlatType::Kind::kInt) return copy.item<std::int64_t>();
  return copy;
}

FlatType::Kind KindOf(const torch::jit::Value& output) {
  return output.type()->kind() == c10::TypeKind::IntType ? FlatType::Kind::kInt
                                                         : FlatType::Kind::kTensor;
}

// As the features half declares them.
std::vector<FlatType::Kind> DeclaredOutputs(const torch::jit::Graph& features) {
  std::vector<FlatType::Kind> kinds;
  for (const auto* output : features.outputs().at(0)->node()->inputs()) {
    kinds.push_back(KindOf(*output));
  }
  return kinds;
}

CompileOptions OptionsFor(const HalfToCompile& half, const at::Tensor& input) {
  return {.height = input.size(2),
          .width = input.size(3),
          .precision = half.precision,
          .threads = at::get_num_threads()};
}

// Of the way from a file's graph to what is compiled. To be counted up when that changes.
constexpr int kFormat = 1;

// In half.place.networks.
std::string KeyOf(const HalfToCompile& half, const CompileOptions& options) {
  std::ostringstream key;
  key << "format " << kFormat << "\ncut " << half.place.cut << "\npictures " << options.height
      << 'x' << options.width << "\nprecision " << NameOf(options.precision) << "\nthreads "
      << options.threads << "\ninstructions " << at::get_cpu_capability() << "\ncompiler "
      << half.compiler->Identity() << '\n';
  return key.str();
}

// OpenVINO's compiler took 5 s for a chain of 1,000 additions, 26 s for 2,000 and 15 minutes for
// 8,000. The largest networks of torchvision have about 2,500 operators.
void RequireFewOperators(const FlatGraph& graph) {
  constexpr std::ptrdiff_t kMost = 4000;
  const auto operators = std::ranges::count_if(
      graph.nodes, [](const FlatNode& node) { return !node.constant.has_value(); });
  if (operators <= kMost) return;
  throw Error(ErrorKind::kModel, "its features half has " + std::to_string(operators) +
                                     " operators; more than " + std::to_string(kMost) +
                                     " take too long to compile");
}

}  // namespace

const FeaturesCompiler& OpenVinoCompiler(std::span<const std::filesystem::path> folders) {
  const Plugin plugin = OpenPlugin("openvino", FeaturesCompiler::kVersion, folders);
  if (plugin.interface == nullptr) {
    throw Error(
        ErrorKind::kUsage,
        "engine 'openvino' needs the plug-in libgradcam_openvino.so, which " + plugin.problem,
        "leave --engine out, or install OpenVINO and the plug-in");
  }
  return *static_cast<const FeaturesCompiler*>(plugin.interface);
}

CompiledEngine::CompiledEngine(HalfToCompile half) : half_(std::move(half)) {}

Features CompiledEngine::Run(const at::Tensor& input) {
  if (!compiled_) Compile(OptionsFor(half_, input));
  const at::Tensor pictures = input.contiguous();
  EndWaitingThreads();  // the compiled network has its own
  const auto outputs = compiled_->Run({.type = NumberType::kFloat32,
                                       .shape = pictures.sizes().vec(),
                                       .values = pictures.const_data_ptr<float>()});
  if (outputs.size() != outputs_.size()) {
    throw Error(ErrorKind::kModel, "the compiled network has another number of outputs");
  }
  Features features{.self = half_.module._ivalue(),
                    .activations = CopyOf(outputs.at(0)),
                    .carried = {},
                    .engine = Engine::kOpenvino};
  for (std::size_t i = 1; i < outputs.size(); ++i) {
    features.carried.push_back(ValueOf(outputs[i], outputs_[i]));
  }
  return features;
}

std::unique_ptr<CompiledEngine> CompiledEngine::TakeKept(const HalfToCompile& half,
                                                         const at::Tensor& input) {
  if (!half.place.networks) return nullptr;
  auto engine = std::make_unique<CompiledEngine>(half);
  engine->options_ = OptionsFor(half, input);
  const auto kept = half.place.networks->Find(KeyOf(half, engine->options_));
  if (!kept) return nullptr;
  try {
    engine->compiled_ = half.compiler->Import(*kept, engine->options_);
  } catch (const Error&) {
    return nullptr;  // it is compiled and kept anew
  }
  engine->outputs_ = DeclaredOutputs(*half.features);
  engine->was_taken_ = true;
  return engine;
}

void CompiledEngine::Compile(const CompileOptions& options) {
  const FlatGraph graph = FlattenGraph(*FrozenFeatures(*half_.features, half_.module));
  RequireFewOperators(graph);
  options_ = options;
  outputs_.clear();
  for (const std::size_t output : graph.outputs) outputs_.push_back(graph.values.at(output).kind);
  compiled_ = half_.compiler->Compile(graph, options);
}

std::string CompiledEngine::Keep() {
  if (was_taken_) return "taken as an earlier run has compiled it";
  // What is kept is read as declared: freezing can turn an Optional[int] into an int.
  const bool is_as_declared = outputs_ == DeclaredOutputs(*half_.features);
  if (!half_.place.networks || !compiled_ || !is_as_declared) return {};
  try {
    half_.place.networks->Keep(KeyOf(half_, options_),
                               [this](std::ostream& bytes) { compiled_->Export(bytes); });
    return "compiled, and kept for later runs";
  } catch (const std::exception& error) {
    return std::string("compiled, but not kept for later runs: ") + error.what();
  }
}

bool IsKept(const HalfToCompile& half, const at::Tensor& input) {
  return half.place.networks && half.place.networks->Has(KeyOf(half, OptionsFor(half, input)));
}

void ForgetKept(const HalfToCompile& half, const at::Tensor& input) {
  if (!half.place.networks) return;
  half.place.networks->Forget(KeyOf(half, OptionsFor(half, input)));
}

}  // namespace gradcam
