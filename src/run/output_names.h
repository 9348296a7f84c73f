#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/settings.h"
#include "report/shard.h"

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

// What a written name ends in.
struct OutputEnding {
  FileKind kind = FileKind::kReport;
  std::string_view text;
  ImageFormat format = ImageFormat::kPng;  // of overlays and panels
};

inline constexpr std::array<OutputEnding, 17> kOutputEndings{{
    {FileKind::kGradcam, ".gradcam.png"},
    {FileKind::kSaliency, ".saliency.png"},
    {FileKind::kGradcamOverlay, ".gradcam-overlay.png"},
    {FileKind::kGradcamOverlay, ".gradcam-overlay.jpg", ImageFormat::kJpg},
    {FileKind::kGradcamOverlay, ".gradcam-overlay.webp", ImageFormat::kWebp},
    {FileKind::kSaliencyOverlay, ".saliency-overlay.png"},
    {FileKind::kSaliencyOverlay, ".saliency-overlay.jpg", ImageFormat::kJpg},
    {FileKind::kSaliencyOverlay, ".saliency-overlay.webp", ImageFormat::kWebp},
    {FileKind::kPanel, ".panel.png"},
    {FileKind::kPanel, ".panel.jpg", ImageFormat::kJpg},
    {FileKind::kPanel, ".panel.webp", ImageFormat::kWebp},
    {FileKind::kInput, ".input.png"},
    {FileKind::kGradcamRaw, ".gradcam.npy"},
    {FileKind::kSaliencyRaw, ".saliency.npy"},
    {FileKind::kGradcamMap, ".gradcam-map.npy"},
    {FileKind::kSaliencyMap, ".saliency-map.npy"},
    {FileKind::kReport, ".json"},
}};

// The report of the whole run, in the output folder: "run.json", of a shard "run.2-of-4.json".
[[nodiscard]] std::string RunReportName(const std::optional<Shard>& shard);

// The reports of all pictures, in the output folder: "results.jsonl", of a shard
// "results.2-of-4.jsonl".
[[nodiscard]] std::string ResultsName(const std::optional<Shard>& shard);

// The shard whose "run.2-of-4.json" or "results.2-of-4.jsonl" has this name; nothing for other
// names and for a K that is not in 1...N.
[[nodiscard]] std::optional<Shard> ShardOfRunReport(std::string_view name);
[[nodiscard]] std::optional<Shard> ShardOfResults(std::string_view name);

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

// "cat.gradcam.png", with a class index "cat.281.gradcam.png". `format`: of overlays and panels;
// all other files have one format.
[[nodiscard]] std::string OutputName(const std::string& stem, std::optional<int> class_index,
                                     FileKind kind, ImageFormat format = ImageFormat::kPng);

// What the name of a file of this kind ends in.
[[nodiscard]] const OutputEnding& EndingOf(FileKind kind, ImageFormat format);

// The endings of what is written with these settings, in the order of kOutputEndings.
[[nodiscard]] std::vector<OutputEnding> WrittenEndings(const Outputs& outputs, ImageFormat format);

// The same by an index of kOutputEndings.
[[nodiscard]] std::string NameWithEnding(const std::string& stem, std::optional<int> class_index,
                                         std::size_t ending);

// What stands before ".gradcam.png" and the like: "cat" or "cat.281"; nothing for other names.
struct ParsedName {
  std::string base;
  FileKind kind = FileKind::kReport;
  std::size_t ending = 0;  // index of kOutputEndings
};
[[nodiscard]] std::optional<ParsedName> ParseOutputName(std::string_view name);

// "cat" and 281 of the base "cat.281"; nothing for a base without class index.
struct IndexedStem {
  std::string stem;
  int index = 0;
};
[[nodiscard]] std::optional<IndexedStem> SplitClassIndex(const std::string& base);

// Where the outputs of a picture stand: below the output folder, "" or "a/b", and their stem.
struct OutputPlace {
  std::string folder;
  std::string stem;

  // Tells the places of two pictures apart.
  [[nodiscard]] std::string Key() const { return folder + "/" + stem; }
};
[[nodiscard]] OutputPlace PlaceOf(const std::string& picture_name, bool keep_extension);

// Where outputs stand whose OutputPlace has this `folder`.
[[nodiscard]] std::filesystem::path FolderOf(const std::filesystem::path& output,
                                             const std::string& folder);

// Whether a picture with this place would write the report of a whole run, or of a shard.
[[nodiscard]] bool IsRunReport(const OutputPlace& place);

// What follows is of folders that are called like files: outputs of "cat.json/dog.png" stand in the
// folder "cat.json". Paths are below the output folder.

// "a/b/c" and the folders that it stands in: "a", "a/b", "a/b/c".
[[nodiscard]] std::vector<std::string> FoldersTo(const std::string& folder);

// Whether the run or a shard of one writes a file of this name that is of no single picture.
[[nodiscard]] bool IsFileOfRuns(const std::string& path);

// The place of the picture that writes a file of this name with these settings: of "a/cat.json",
// the stem "cat" in "a". Nothing if no picture does.
[[nodiscard]] std::optional<OutputPlace> PlaceThatWrites(const std::string& path,
                                                         const Settings& settings);

}  // namespace gradcam
