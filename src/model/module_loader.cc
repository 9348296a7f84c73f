#include "model/module_loader.h"

#include <ATen/core/grad_mode.h>
#include <caffe2/serialize/versions.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/source_range.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import_source.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "core/big_stack.h"
#include "gradcam/error.h"
#include "model/archive/mapped_tensors.h"
#include "model/archive/pickle_values.h"
#include "model/engine/torch_error.h"
#include "model/graph/device_rewrite.h"
#include "model/graph/float_weights.h"
#include "model/policy/operator_policy.h"
#include "model/policy/source_check.h"

namespace gradcam {
namespace {

using c10::IValue;

constexpr std::size_t kMaxRecord = std::size_t{256} << 20U;  // of code and pickles
constexpr std::size_t kMaxTypeBrackets = 100;

[[noreturn]] void Fail(const std::string& what, const std::string& hint = "") {
  throw Error(ErrorKind::kModel, what, hint);
}

std::uint64_t FormatVersion(const ZipArchive& archive, const std::string& root) {
  const std::string name =
      archive.Find(root + ".data/version") != nullptr ? root + ".data/version" : root + "version";
  const std::string text = archive.Read(name, 64);
  std::uint64_t version = 0;
  std::from_chars(text.data(), text.data() + text.size(), version);
  // Files of PyTorch 1.4 and before do not state the types of their lists and dicts.
  constexpr std::uint64_t kTypesStated = 3;
  if (version < kTypesStated) {
    Fail("it was exported by a PyTorch before 1.5", "export it again with a newer PyTorch");
  }
  if (version > caffe2::serialize::kMaxSupportedFileFormatVersion) {
    Fail("it was exported by a newer PyTorch than this program was built with",
         "export it again with an older PyTorch");
  }
  return version;
}

std::string HintFor(const std::string& message) {
  return message.starts_with("Unknown builtin op")
             ? "export it without operators of other libraries: gradcam knows LibTorch's own only"
             : "";
}

// torch::jit::Module of one archive while it is put together.
class Loader {
 public:
  Loader(const std::shared_ptr<MappedFile>& file, const ZipArchive& archive, std::string root,
         Trust trust)
      : archive_(archive),
        root_(std::move(root)),
        trust_(trust),
        constants_(file, archive, root_ + "constants/"),
        weights_(file, archive, root_ + "data/"),
        unit_(std::make_shared<torch::jit::CompilationUnit>()),
        source_check_(trust),
        importer_(
            unit_, &constant_table_, [this](const std::string& name) { return Source(name); },
            FormatVersion(archive, root_)) {}

  LoadedModule Load();

 private:
  std::shared_ptr<torch::jit::Source> Source(const std::string& qualifier);
  c10::TypePtr TypeNamed(const std::string& name);
  IValue MakeObject(const c10::ClassTypePtr& type, const IValue& state);
  void MoveFunctionsToCpu();
  void RunSetState(const c10::intrusive_ptr<c10::ivalue::Object>& object, const IValue& state);
  IValue ReadPickle(const std::string& name,
                    std::function<at::Tensor(const PickledTensor&)> make_tensor);
  std::optional<std::array<int, 2>> TracedInputSize();

  const ZipArchive& archive_;
  std::string root_;
  Trust trust_;
  MappedTensors constants_;
  MappedTensors weights_;
  std::vector<IValue> constant_table_;
  std::shared_ptr<torch::jit::CompilationUnit> unit_;
  SourceCheck source_check_;
  torch::jit::SourceImporter importer_;
  std::size_t functions_on_cpu_ = 0;  // of those of unit_
};

std::shared_ptr<torch::jit::Source> Loader::Source(const std::string& qualifier) {
  std::string name = root_ + "code/" + qualifier;
  std::replace(name.begin() + static_cast<std::ptrdiff_t>(root_.size()), name.end(), '.', '/');
  name += ".py";
  if (archive_.Find(name) == nullptr) {
    return nullptr;
  }
  auto source = std::make_shared<torch::jit::Source>(archive_.Read(name, kMaxRecord), name, 1);
  if (source->text_str().str().find("ConstantMKLDNNTensor") != std::string::npos) {
    Fail("it was written by torch.jit.optimize_for_inference, whose oneDNN weights are not saved",
         "export it again without optimize_for_inference");
  }
  source_check_.Require(source);
  return source;
}

c10::TypePtr Loader::TypeNamed(const std::string& name) {
  if (static_cast<std::size_t>(std::count(name.begin(), name.end(), '[')) > kMaxTypeBrackets) {
    Fail("its types are nested too deeply");
  }
  auto type = importer_.loadType(c10::QualifiedName(name));
  if (type == nullptr) {
    Fail("it refers to an unknown type");
  }
  return type;
}

// All that have come since the last time, also those that compiling the others brings.
void Loader::MoveFunctionsToCpu() {
  for (auto functions = unit_->get_functions(); functions_on_cpu_ < functions.size();
       functions = unit_->get_functions()) {
    for (; functions_on_cpu_ < functions.size(); ++functions_on_cpu_) {
      RewriteDevices(*functions[functions_on_cpu_], at::kCPU);
    }
  }
}

void Loader::RunSetState(const c10::intrusive_ptr<c10::ivalue::Object>& object,
                         const IValue& state) {
  torch::jit::Function& function = object->type()->getMethod("__setstate__");
  const auto& arguments = function.getSchema().arguments();
  if (arguments.size() != 2 || !ConformsTo(state, *arguments[1].type())) {
    Fail("the state of an object is not what its __setstate__ takes");
  }
  MoveFunctionsToCpu();  // it may call others
  if (trust_ == Trust::kAllowListOnly) {
    RequireHarmless(function, "it");
  }
  // The optimizer would specialize the class before its attributes are set.
  const torch::jit::GraphOptimizerEnabledGuard guard(false);
  function({object, state});
}

IValue Loader::MakeObject(const c10::ClassTypePtr& type, const IValue& state) {
  const std::size_t slots = type->numAttributes();
  auto object = c10::ivalue::Object::create(c10::StrongTypePtr(unit_, type), slots);
  if (type->findMethod("__setstate__") != nullptr && type->findMethod("__getstate__") != nullptr) {
    RunSetState(object, state);
  } else {
    if (!state.isGenericDict()) {
      Fail("the state of an object is not a dict");
    }
    const auto attributes = state.toGenericDict();
    for (std::size_t i = 0; i < slots; ++i) {
      const auto found = attributes.find(type->getAttributeName(i));
      if (found == attributes.end()) {
        Fail("an object misses the attribute '" + type->getAttributeName(i) + "'");
      }
      object->setSlot(i, found->value());
    }
  }
  // The interpreter trusts the declared types.
  for (std::size_t i = 0; i < slots; ++i) {
    if (!ConformsTo(object->getSlot(i), *type->getAttribute(i))) {
      Fail("the attribute '" + type->getAttributeName(i) + "' of an object is not what its class " +
           "declares");
    }
  }
  return object;
}

IValue Loader::ReadPickle(const std::string& name,
                          std::function<at::Tensor(const PickledTensor&)> make_tensor) {
  const PickleResolver resolver{std::move(make_tensor),
                                [this](const std::string& type) { return TypeNamed(type); },
                                [this](const c10::ClassTypePtr& type, const IValue& state) {
                                  return MakeObject(type, state);
                                }};
  return ReadPickledValue(archive_.Read(root_ + name, kMaxRecord), resolver);
}

// torch.jit.trace stores its example inputs as {"forward": [tensor, ...]}, shapes only.
std::optional<std::array<int, 2>> Loader::TracedInputSize() {
  if (archive_.Find(root_ + "traced_inputs.pkl") == nullptr) {
    return std::nullopt;
  }
  const PickleResolver resolver{ShapeOnly,
                                [this](const std::string& type) { return TypeNamed(type); },
                                [](const c10::ClassTypePtr&, const IValue&) -> IValue {
                                  Fail("an example input is an object");
                                }};
  const IValue inputs =
      ReadPickledValue(archive_.Read(root_ + "traced_inputs.pkl", kMaxRecord), resolver);
  if (!inputs.isGenericDict()) {
    return std::nullopt;
  }
  const auto dict = inputs.toGenericDict();
  const auto forward = dict.find("forward");
  if (forward == dict.end() || !forward->value().isList()) {
    return std::nullopt;
  }
  for (const IValue& input : forward->value().toListRef()) {
    if (input.isTensor() && (input.toTensor().dim() == 3 || input.toTensor().dim() == 4)) {
      constexpr std::int64_t kLargest = 1 << 16;
      const std::int64_t height = input.toTensor().size(-2);
      const std::int64_t width = input.toTensor().size(-1);
      if (height < 1 || width < 1 || height > kLargest || width > kLargest) {
        return std::nullopt;
      }
      return std::array{static_cast<int>(height), static_cast<int>(width)};
    }
  }
  return std::nullopt;
}

LoadedModule Loader::Load() {
  const at::NoGradGuard no_grad;
  const IValue constants =
      ReadPickle("constants.pkl", [this](const auto& tensor) { return constants_.Map(tensor); });
  if (!constants.isTuple()) {
    Fail("its constants are not a tuple");
  }
  constant_table_ = constants.toTupleRef().elements().vec();
  const IValue data =
      ReadPickle("data.pkl", [this](const auto& tensor) { return weights_.Map(tensor); });
  if (!data.isObject() || !data.toObjectRef().type()->is_module()) {
    Fail("it does not hold a module");
  }
  LoadedModule loaded{torch::jit::Module(data.toObject()), TracedInputSize()};
  MoveFunctionsToCpu();
  ConvertToFloat(loaded.module, unit_->get_functions());
  loaded.module.eval();
  const auto forward = loaded.module.find_method("forward");
  if (!forward) {
    Fail("its module has no method 'forward'");
  }
  if (trust_ == Trust::kAllowListOnly) {
    RequireHarmless(forward->function(), "it");
  }
  return loaded;
}

}  // namespace

LoadedModule LoadModule(const std::shared_ptr<MappedFile>& file, const ZipArchive& archive,
                        const std::string& root, Trust trust) {
  LoadedModule loaded;
  RunOnBigStack([&] {
    try {
      loaded = Loader(file, archive, root, trust).Load();
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      const std::string message = TorchMessage(error);
      if (message.find("INTERNAL ASSERT FAILED") != std::string::npos) {
        Fail("the code in it is damaged");
      }
      Fail("LibTorch does not take it: " + message, HintFor(message));
    }
  });
  return loaded;
}

}  // namespace gradcam
