#include "model/graph/model_inputs.h"

#include <string>

#include "gradcam/error.h"

namespace gradcam {
namespace {

const c10::FunctionSchema& ForwardSchema(const torch::jit::Module& module) {
  return module.get_method("forward").function().getSchema();
}

}  // namespace

void RequireOneTensorInput(const torch::jit::Module& module) {
  const char* const hint = "only networks that take one batch of pictures can be explained";
  if (!module.find_method("forward")) {
    throw Error(ErrorKind::kModel, "the model has no method forward", hint);
  }
  const auto& arguments = ForwardSchema(module).arguments();
  if (arguments.size() < 2) {
    throw Error(ErrorKind::kModel, "the model's forward takes no input", hint);
  }
  if (!c10::TensorType::get()->isSubtypeOf(*arguments[1].type())) {
    throw Error(
        ErrorKind::kModel,
        "the model's forward takes " + arguments[1].type()->annotation_str() + ", not one tensor",
        hint);
  }
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    if (!arguments[i].default_value()) {
      throw Error(ErrorKind::kModel,
                  "the model's forward needs a second input, '" + arguments[i].name() + "'", hint);
    }
  }
}

torch::jit::Module ModuleForRun(const torch::jit::Module& module, const RunEffects& effects) {
  return effects.writes_module ? module.deepcopy() : module;
}

std::vector<c10::IValue> ModelInputs(const torch::jit::Module& module, const at::Tensor& input) {
  std::vector<c10::IValue> inputs = {module._ivalue(), input};
  const auto& arguments = ForwardSchema(module).arguments();
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    inputs.push_back(arguments[i].default_value().value_or(c10::IValue()));
  }
  return inputs;
}

}  // namespace gradcam
