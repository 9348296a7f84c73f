#include "run/run_context.h"

#include "run/sha256.h"
#include "run/tool.h"

namespace gradcam {

RunContext MakeRunContext(const ModelFile& model, const ModelInfo& info, const Settings& settings) {
  RunContext context;
  context.tool = ThisTool();
  context.model = {model.name, model.sha256(), info};
  context.settings = settings;
  context.settings_sha256 = Sha256Of(CanonicalSettings(context.settings, context.model));
  return context;
}

}  // namespace gradcam
