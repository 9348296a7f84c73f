#include "run/output_checks.h"

#include <system_error>

#include "gradcam/error.h"
#include "report/text.h"
#include "run/own_report.h"

namespace gradcam {

namespace fs = std::filesystem;

namespace {

constexpr const char* kOtherOutput = "give another --output";

}  // namespace

void FailForeign(const fs::path& file) {
  throw Error(ErrorKind::kUsage, Quoted(file) + " was not written by gradcam; not replaced",
              kOtherOutput);
}

void RequireFolder(const fs::path& output) {
  std::error_code ignored;
  fs::path existing = output;
  while (!existing.empty() && !fs::exists(fs::status(existing, ignored))) {
    existing = existing.parent_path();
  }
  if (output.empty() || (!existing.empty() && !fs::is_directory(existing, ignored))) {
    throw Error(ErrorKind::kUsage,
                "output " + Quoted(output) + ": " + Quoted(existing) + " is not a folder",
                kOtherOutput);
  }
}

void RequireOwnReport(const fs::path& file) {
  if (IsForeignReport(file)) FailForeign(file);
}

void RequireOwnPicture(const fs::path& file) {
  if (IsForeignPicture(file)) FailForeign(file);
}

void FailRunReport(const fs::path& picture, const std::string& stem) {
  throw Error(ErrorKind::kUsage,
              "picture " + Quoted(picture) + " would write '" + stem +
                  ".json', the report of the whole run",
              "give --keep-ext, or rename the picture");
}

void FailFolderAndFile(const fs::path& picture, const fs::path& path) {
  throw Error(ErrorKind::kUsage,
              "picture " + Quoted(picture) + ": " + Quoted(path) +
                  " would be both a folder and a file of results",
              "rename the folder of pictures that is called " + Quoted(path.filename()));
}

void FailOwnInput(const fs::path& output) {
  throw Error(ErrorKind::kUsage, "the run would replace its own input " + Quoted(output),
              kOtherOutput);
}

}  // namespace gradcam
