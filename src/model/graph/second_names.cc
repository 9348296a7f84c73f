#include "model/graph/second_names.h"

#include "gradcam/error.h"

namespace gradcam {

bool IsSecondName(const torch::jit::AliasDb& aliases, torch::jit::Value* other,
                  torch::jit::Value* value) {
  if (other == value) {
    return false;
  }
  return other->type()->kind() == c10::TypeKind::TensorType ? aliases.mayAlias(other, value)
                                                            : aliases.mayContainAlias(other, value);
}

void RefuseSecondName(const std::string& layer) {
  throw Error(ErrorKind::kUsage,
              "cannot cut behind layer '" + layer +
                  "': the network also reads the same memory under another name",
              "choose a layer further back or in front; 'gradcam layers' lists them");
}

}  // namespace gradcam
