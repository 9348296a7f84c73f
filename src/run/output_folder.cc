#include "run/output_folder.h"

#include <fcntl.h>

#include "gradcam/error.h"
#include "report/text.h"
#include "run/inputs/file_identity.h"
#include "run/make_folder.h"

namespace gradcam {

void OutputFolder::Hold() {
  if (!handle_.is_open()) handle_ = Open();
}

void OutputFolder::RequireInPlace() {
  if (!handle_.is_open() || LeadsTo(path_, handle_)) return;
  handle_ = Open();
  throw Error(ErrorKind::kOutput,
              "output folder " + Quoted(path_) + " was removed or renamed during the run",
              "--resume does again what is missing");
}

FileHandle OutputFolder::Open() const {
  MakeFolder(path_);
  return FileHandle(::open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace gradcam
