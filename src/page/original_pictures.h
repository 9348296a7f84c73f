#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "report/picture_report.h"

namespace gradcam {

// Finds the pictures that a run was given. Reports name them by their path below an input, run.json
// has the inputs as they were given; a picture is the one meant if its bytes have the report's
// SHA-256, so several places can be tried.
class OriginalPictures {
 public:
  // `inputs` of all runs, as given: folders, pictures and lists. Relative ones are tried below each
  // of `starts`. `images` takes the place of all if it is given.
  OriginalPictures(const std::vector<std::string>& inputs,
                   const std::vector<std::filesystem::path>& starts,
                   const std::optional<std::filesystem::path>& images);

  struct Found {
    std::filesystem::path file;       // empty: not found
    std::vector<std::uint8_t> bytes;  // of the file
    bool is_changed = false;          // a file is there, but of other bytes
  };
  [[nodiscard]] Found Find(const ImageReport& image) const;

 private:
  [[nodiscard]] std::vector<std::filesystem::path> Candidates(const std::string& file) const;
  void AddInput(const std::filesystem::path& input);
  void AddList(const std::filesystem::path& list, const std::filesystem::path& start);

  std::vector<std::filesystem::path> folders_;
  std::multimap<std::string, std::filesystem::path> files_;  // by file name
};

}  // namespace gradcam
