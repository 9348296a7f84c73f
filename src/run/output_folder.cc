#include "run/output_folder.h"

#include <fcntl.h>

#include <utility>

#include "run/inputs/file_identity.h"
#include "run/make_folder.h"

namespace gradcam {

OutputFolder::OutputFolder(std::filesystem::path path) : path_(std::move(path)), handle_(-1) {
  MakeFolder(path_);
  handle_ = FileHandle(::open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

bool OutputFolder::IsInPlace() const { return !handle_.is_open() || LeadsTo(path_, handle_); }

}  // namespace gradcam
