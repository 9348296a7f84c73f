#include "run/make_folder.h"

#include <system_error>

#include "core/file_handle.h"
#include "gradcam/error.h"
#include "report/text.h"

namespace gradcam {

void MakeFolder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw Error(ErrorKind::kOutput,
                "cannot make folder " + Quoted(folder) + ": " + SystemMessage(error.value()));
  }
}

}  // namespace gradcam
