#include "page/original_pictures.h"

#include <fcntl.h>

#include <algorithm>
#include <system_error>

#include "core/file_handle.h"
#include "gradcam/error.h"
#include "image/picture_file.h"
#include "run/inputs/list_reader.h"
#include "run/sha256.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

// Whether `file` stays below the folder that it is appended to.
bool StaysBelow(const fs::path& file) {
  return !file.empty() && file.is_relative() &&
         std::none_of(file.begin(), file.end(), [](const fs::path& part) { return part == ".."; });
}

bool EndsWith(const fs::path& path, const fs::path& end) {
  auto part = path.end();
  for (auto wanted = end.end(); wanted != end.begin();) {
    if (part == path.begin() || *--part != *--wanted) return false;
  }
  return true;
}

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// Nothing at the end and behind a line that cannot be read: pictures there are not found.
std::optional<ListEntry> NextOf(ListReader& list) {
  try {
    return list.Next({});
  } catch (const Error&) {
    return std::nullopt;
  }
}

// None for what cannot be read: it is not found.
std::vector<std::uint8_t> BytesOf(const fs::path& file) {
  if (!IsFile(file)) return {};
  try {
    return ReadPictureFile(file, file.string(), {});
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

OriginalPictures::OriginalPictures(const std::vector<std::string>& inputs,
                                   const std::vector<fs::path>& starts,
                                   const std::optional<fs::path>& images) {
  if (images) {
    folders_.push_back(*images);
    return;
  }
  for (const std::string& input : inputs) {
    if (input == "@-") continue;
    for (const fs::path& start : starts) {
      if (input.starts_with('@')) {
        AddList(start / input.substr(1), start);
      } else {
        AddInput(start / input);
      }
    }
  }
}

void OriginalPictures::AddInput(const fs::path& input) {
  std::error_code error;
  if (fs::is_directory(input, error)) {
    folders_.push_back(input);
  } else {
    files_.emplace(input.filename().string(), input);
  }
}

void OriginalPictures::AddList(const fs::path& list, const fs::path& start) {
  if (!IsFile(list)) return;
  const FileHandle handle(::open(list.c_str(), O_RDONLY | O_CLOEXEC));
  if (!handle.is_open()) return;
  ListReader reader("list", handle.get(), '\n');
  while (const std::optional<ListEntry> entry = NextOf(reader)) AddInput(start / entry->path);
}

std::vector<fs::path> OriginalPictures::Candidates(const std::string& file) const {
  const fs::path below(file);
  if (!StaysBelow(below)) return {};
  std::vector<fs::path> candidates;
  candidates.reserve(folders_.size() + 1);
  for (const fs::path& folder : folders_) candidates.push_back(folder / below);
  const auto [first, last] = files_.equal_range(below.filename().string());
  for (auto entry = first; entry != last; ++entry) {
    if (EndsWith(entry->second, below)) candidates.push_back(entry->second);
  }
  return candidates;
}

OriginalPictures::Found OriginalPictures::Find(const ImageReport& image) const {
  Found found;
  for (const fs::path& candidate : Candidates(image.file)) {
    std::vector<std::uint8_t> bytes = BytesOf(candidate);
    if (bytes.empty()) continue;
    if (Sha256Of(bytes) == image.sha256) return {candidate, std::move(bytes), false};
    found.is_changed = true;
  }
  return found;
}

}  // namespace gradcam
