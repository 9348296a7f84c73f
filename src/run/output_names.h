#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "report/settings.h"

namespace gradcam {

// The files of one picture. Each but kInput and kReport comes once a class.
enum class FileKind {
  kGradcam,
  kSaliency,
  kGradcamOverlay,
  kSaliencyOverlay,
  kPanel,
  kInput,
  kGradcamRaw,
  kSaliencyRaw,
  kGradcamMap,
  kSaliencyMap,
  kReport,
};

inline constexpr std::array kFileKinds{
    FileKind::kGradcam,         FileKind::kSaliency,    FileKind::kGradcamOverlay,
    FileKind::kSaliencyOverlay, FileKind::kPanel,       FileKind::kInput,
    FileKind::kGradcamRaw,      FileKind::kSaliencyRaw, FileKind::kGradcamMap,
    FileKind::kSaliencyMap,     FileKind::kReport};

// The report of the whole run, in the output folder.
inline constexpr const char* kRunReportName = "run.json";

// Whether a picture has one file of this kind for each of its classes.
[[nodiscard]] bool IsPerClass(FileKind kind);

// Whether `outputs` asks for files of this kind.
[[nodiscard]] bool IsWanted(FileKind kind, const Outputs& outputs);

// The key in the report's "files": "gradcam_overlay".
[[nodiscard]] std::string KeyOf(FileKind kind);

// The beginning of all output names of a picture called `file_name` (no folder): the name without
// its last extension, or all of it. Too long a name is cut at a UTF-8 character and gets "-" and 8
// hex digits of its SHA-256, so that every output name fits into 255 bytes.
[[nodiscard]] std::string OutputStem(const std::string& file_name, bool keep_extension);

// "cat.gradcam.png", with a class index "cat.281.gradcam.png".
[[nodiscard]] std::string OutputName(const std::string& stem, std::optional<int> class_index,
                                     FileKind kind);

// What stands before ".gradcam.png" and the like: "cat" or "cat.281"; nothing for other names.
struct ParsedName {
  std::string base;
  FileKind kind = FileKind::kReport;
};
[[nodiscard]] std::optional<ParsedName> ParseOutputName(std::string_view name);

// "cat" of the base "cat.281"; nothing for a base without class index.
[[nodiscard]] std::optional<std::string> WithoutClassIndex(const std::string& base);

}  // namespace gradcam
