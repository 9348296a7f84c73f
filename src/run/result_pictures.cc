#include "run/result_pictures.h"

#include <system_error>

#include "report/text.h"
#include "run/inputs/picture_list.h"
#include "run/output_names.h"
#include "run/own_report.h"

namespace gradcam {

namespace fs = std::filesystem;

ResultPictures::ResultPictures(const fs::path& output) {
  std::error_code error;
  const fs::path absolute = fs::absolute(output, error);
  if (!error) folder_ = fs::weakly_canonical(absolute, error);
  if (error) folder_.clear();
}

bool ResultPictures::Contain(const fs::path& picture) const {
  // The name first: no other picture is opened.
  if (folder_.empty() || !ParseOutputName(picture.native())) return false;
  std::error_code error;
  const fs::path file = fs::canonical(picture, error);
  return !error && NameBelow(file, folder_) && IsOwnPicture(picture);
}

Error ResultAsInput(const fs::path& picture) {
  return {ErrorKind::kUsage,
          "picture " + Quoted(picture) + " is a result in the output folder; not explained",
          "leave the output folder out of the list, or give another --output"};
}

}  // namespace gradcam
