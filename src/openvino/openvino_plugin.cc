// The plug-in's one C function and what it returns. See core/plugin.h and
// model/engine/features_compiler.h.
#include <cstddef>
#include <exception>
#include <memory>
#include <openvino/frontend/pytorch/frontend.hpp>
#include <openvino/openvino.hpp>
#include <openvino/runtime/intel_cpu/properties.hpp>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "gradcam/error.h"
#include "gradcam/export.h"
#include "model/engine/features_compiler.h"
#include "openvino/graph_decoder.h"
#include "openvino/one_line.h"

namespace gradcam {
namespace {

constexpr const char* kDevice = "CPU";

// Runs `work` and turns what OpenVINO throws into an Error.
template <typename Work>
auto Translated(const Work& work) {
  try {
    return work();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    const std::string message = OneLine(error.what());
    // OpenVINO's own exceptions keep no more than the words of what they stand for.
    const bool lacks_memory = message.find("bad_alloc") != std::string::npos;
    throw Error(lacks_memory ? ErrorKind::kMemory : ErrorKind::kModel, "OpenVINO: " + message);
  } catch (...) {
    throw Error(ErrorKind::kModel, "OpenVINO: unknown error");
  }
}

ov::element::Type ElementOf(Precision precision) {
  switch (precision) {
    case Precision::kFloat32:
      return ov::element::f32;
    case Precision::kBfloat16:
      return ov::element::bf16;
    case Precision::kFloat16:
      return ov::element::f16;
    case Precision::kTf32:
      break;
  }
  return ov::element::dynamic;
}

NumberType NumberTypeOf(const ov::element::Type& type) {
  if (type == ov::element::f32) return NumberType::kFloat32;
  if (type == ov::element::i32) return NumberType::kInt32;
  if (type == ov::element::i64) return NumberType::kInt64;
  throw Error(ErrorKind::kModel, "OpenVINO gives numbers of type " + type.get_type_name());
}

ov::AnyMap Properties(const CompileOptions& options) {
  return {
      ov::inference_num_threads(options.threads),
      ov::num_streams(1),
      ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY),
      ov::hint::inference_precision(ElementOf(options.precision)),
      // Decoding and writing pictures goes on beside the network: the kernel places threads better.
      ov::hint::enable_cpu_pinning(false),
      // Would change how the calling thread computes from there on.
      ov::intel_cpu::denormals_optimization(false),
  };
}

// OpenVINO takes another precision in silence where the processor lacks one.
void RequirePrecision(const ov::CompiledModel& model, const CompileOptions& options) {
  const auto found = model.get_property(ov::hint::inference_precision);
  const auto wanted = ElementOf(options.precision);
  if (found == wanted) return;
  throw Error(ErrorKind::kModel, "OpenVINO computes in " + found.get_type_name() +
                                     " on this processor, not in " + wanted.get_type_name());
}

class OpenVinoFeatures final : public CompiledFeatures {
 public:
  // `memory` is what the model may read its weights from.
  OpenVinoFeatures(ov::CompiledModel model, std::shared_ptr<const void> memory)
      : memory_(std::move(memory)),
        model_(std::move(model)),
        request_(model_.create_infer_request()) {}

  std::vector<NumberArray> Run(const NumberArray& pictures) override {
    return Translated([&] {
      const ov::Shape shape(pictures.shape.begin(), pictures.shape.end());
      // An input tensor is only read.
      request_.set_input_tensor(
          ov::Tensor(ov::element::f32, shape, const_cast<void*>(pictures.values)));
      request_.infer();
      const std::size_t outputs = model_.outputs().size();
      std::vector<NumberArray> results;
      results.reserve(outputs);
      for (std::size_t i = 0; i < outputs; ++i) results.push_back(Output(i));
      return results;
    });
  }

  void Export(std::ostream& bytes) const override {
    Translated([&] {
      ov::CompiledModel(model_).export_model(bytes);  // which is not const, but changes nothing
    });
  }

 private:
  NumberArray Output(std::size_t index) {
    const ov::Tensor tensor = request_.get_output_tensor(index);
    const ov::Shape& shape = tensor.get_shape();
    return {.type = NumberTypeOf(tensor.get_element_type()),
            .shape = {shape.begin(), shape.end()},
            .values = tensor.data()};
  }

  std::shared_ptr<const void> memory_;  // outlives the model
  ov::CompiledModel model_;
  ov::InferRequest request_;
};

class OpenVinoCompiler final : public FeaturesCompiler {
 public:
  std::unique_ptr<CompiledFeatures> Compile(const FlatGraph& graph,
                                            const CompileOptions& options) const override {
    return Translated([&]() -> std::unique_ptr<CompiledFeatures> {
      const ov::PartialShape shape{ov::Dimension::dynamic(), 3, options.height, options.width};
      const std::shared_ptr<ov::frontend::IDecoder> decoder =
          std::make_shared<GraphDecoder>(std::make_shared<const FlatGraph>(graph), shape);
      ov::frontend::pytorch::FrontEnd frontend;
      const auto model = frontend.convert(frontend.load(decoder));
      auto compiled = Core().compile_model(model, kDevice, Properties(options));
      RequirePrecision(compiled, options);
      return std::make_unique<OpenVinoFeatures>(std::move(compiled), nullptr);
    });
  }

  std::unique_ptr<CompiledFeatures> Import(const KeptBytes& exported,
                                           const CompileOptions& options) const override {
    return Translated([&]() -> std::unique_ptr<CompiledFeatures> {
      // The bytes are only read.
      const ov::Tensor bytes(ov::element::u8, ov::Shape{exported.bytes.size()},
                             const_cast<std::byte*>(exported.bytes.data()));
      auto compiled = Core().import_model(bytes, kDevice, Properties(options));
      RequirePrecision(compiled, options);
      return std::make_unique<OpenVinoFeatures>(std::move(compiled), exported.owner);
    });
  }

  std::string Identity() const override {
    return Translated([] {
      std::string identity = std::string("OpenVINO ") + ov::get_openvino_version().buildNumber +
                             ", " + Core().get_property(kDevice, ov::device::full_name) + ",";
      for (const auto& capability : Core().get_property(kDevice, ov::device::capabilities)) {
        identity += " " + capability;
      }
      return identity;
    });
  }

 private:
  // Made at the first use: that may throw, and is tried again then. Never destroyed: at the end of
  // the process OpenVINO's own threads and libraries may be gone.
  static ov::Core& Core() {
    static auto* const core = new ov::Core();
    return *core;
  }
};

}  // namespace
}  // namespace gradcam

extern "C" GRADCAM_EXPORT void* GradcamPlugin(int version) {
  if (version != gradcam::FeaturesCompiler::kVersion) return nullptr;
  static gradcam::OpenVinoCompiler compiler;
  return static_cast<gradcam::FeaturesCompiler*>(&compiler);
}
