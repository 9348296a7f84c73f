#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gradcam {

// A file of an output folder that a picture of the run may write or remove.
struct OldOutput {
  std::size_t picture = 0;
  std::optional<int> class_index;  // in the file's name
  std::size_t ending = 0;          // as in ParsedName
  bool is_stale = false;           // certainly an older output of that picture
};

// The picture with this stem among those that write into the folder in question.
using PictureByStem = std::function<std::optional<std::size_t>(const std::string& stem)>;

// The files of a picture that its report in `folder` names; none without a report. "cat.1.json"
// says that "cat.1.gradcam.png" is of cat.1.jpg, "cat.json" that it is of class 1 of cat.jpg.
[[nodiscard]] std::set<std::string> FilesInReport(const std::filesystem::path& folder,
                                                  const std::string& stem);

// Throws Error(kOutput) unless it is gone then.
void RemoveOldFile(const std::filesystem::path& file);

// Removes the reports of other pictures than that with this stem which name a file that it writes
// or removes: they are not complete any more. Throws Error(kOutput).
void RemoveOtherReports(const std::filesystem::path& folder, const std::string& stem,
                        const std::string& name);

// Whose file is "cat.1.gradcam.png": class 1 of cat.jpg, or the only class of cat.1.jpg? In a run
// with several classes a picture's own names carry the index; otherwise they don't. A name that the
// run does not settle is left alone if a report in `folder` says that it is another picture's, or
// cannot be read.
[[nodiscard]] std::optional<OldOutput> JudgeOldFile(const std::filesystem::path& folder,
                                                    const std::string& name,
                                                    const PictureByStem& find,
                                                    bool several_classes);

// Calls `work` with the name of each entry of a folder that is no folder itself; of none if the
// folder does not exist. Throws Error(kUsage) if it cannot be listed.
void ForEachFile(const std::filesystem::path& folder,
                 const std::function<void(const std::string& name)>& work);

// The older outputs of many pictures, in 16 bytes for each picture and class.
class StaleFiles {
 public:
  void Add(const OldOutput& file);

  // The names of `picture`'s; `stem` as in their names. After the last Add.
  [[nodiscard]] std::vector<std::string> NamesOf(std::size_t picture, const std::string& stem);

 private:
  struct Entry {
    std::size_t picture;
    std::int32_t class_index;  // -1: none
    std::uint32_t endings;     // a bit for each
  };

  void Merge();

  std::vector<Entry> entries_;  // the first `merged_` sorted, each picture and class once
  std::size_t merged_ = 0;
};

}  // namespace gradcam
