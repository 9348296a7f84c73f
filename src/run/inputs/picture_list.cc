#include "run/inputs/picture_list.h"

#include <algorithm>
#include <utility>

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr std::int32_t kNoClass = -1;

}  // namespace

bool IsNormalPath(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

fs::path AbsolutePath(const fs::path& path, const fs::path& working_folder) {
  // Most are, and a path costs ten times as much as a text.
  if (IsNormalPath(path.native())) return working_folder / path;
  fs::path absolute = (working_folder / path).lexically_normal();
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

std::optional<std::string> NameBelow(const fs::path& path, const fs::path& folder) {
  std::string prefix = folder.string();
  if (!prefix.ends_with('/')) prefix += '/';
  if (!path.native().starts_with(prefix)) return std::nullopt;
  return path.native().substr(prefix.size());
}

PictureList::PictureList(fs::path working_folder)
    : working_folder_(std::move(working_folder)),
      texts_(std::make_unique<std::pmr::monotonic_buffer_resource>()) {}

void PictureList::Begin(PictureOrigin origin) {
  const auto is_alone = [](const PictureOrigin& some) {
    return some.kind == PictureOrigin::Kind::kAlone;
  };
  if (origins_.empty() || !is_alone(origins_.back()) || !is_alone(origin)) {
    origins_.push_back(std::move(origin));
  }
  first_of_origin_ = entries_.size();
}

void PictureList::SetFolder(fs::path folder) { origins_.back().folder = std::move(folder); }

void PictureList::Add(std::string_view text) {
  const std::string_view kept = Keep(text);
  entries_.push_back({kept.data(), static_cast<std::uint32_t>(kept.size()),
                      static_cast<std::uint32_t>(origins_.size() - 1)});
}

void PictureList::Add(std::string_view text, const ListedClass& truth) {
  Add(text);
  const ClassTarget& target = truth.target;
  const auto [number, is_new] =
      class_numbers_.try_emplace(std::tuple(target.by, target.index, target.label),
                                 static_cast<std::int32_t>(classes_.size()));
  if (is_new) classes_.push_back(truth);
  truths_.resize(entries_.size(), kNoClass);
  truths_.back() = number->second;
}

void PictureList::SortOrigin() {
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first_of_origin_);
  std::sort(begin, entries_.end(),
            [](const Entry& a, const Entry& b) { return a.view() < b.view(); });
}

InputPicture PictureList::operator[](std::size_t i) const {
  InputPicture picture{PathOf(i), NameOf(i), std::nullopt};
  const int number = ClassOf(i);
  if (number != kNoClass) picture.truth = classes_[static_cast<std::size_t>(number)].target;
  return picture;
}

std::string PictureList::NameOf(std::size_t i) const {
  const Entry& entry = entries_[i];
  const PictureOrigin& origin = origins_[entry.origin];
  if (origin.kind == PictureOrigin::Kind::kFolder) return std::string(entry.view());
  const fs::path absolute = AbsolutePathOf(i);
  if (origin.kind == PictureOrigin::Kind::kAlone) return absolute.filename().string();
  return NameBelow(absolute, origin.folder).value_or(absolute.filename().string());
}

fs::path PictureList::PathOf(std::size_t i) const {
  const Entry& entry = entries_[i];
  const PictureOrigin& origin = origins_[entry.origin];
  if (origin.kind == PictureOrigin::Kind::kFolder) return origin.folder / entry.view();
  return entry.view();
}

fs::path PictureList::AbsolutePathOf(std::size_t i) const {
  return AbsolutePath(PathOf(i), working_folder_);
}

int PictureList::ClassOf(std::size_t i) const { return i < truths_.size() ? truths_[i] : kNoClass; }

void PictureList::CopyClass(std::size_t from, std::size_t to) {
  const std::int32_t number = ClassOf(from);
  if (to >= truths_.size()) truths_.resize(to + 1, kNoClass);
  truths_[to] = number;
}

void PictureList::Remove(const std::vector<std::size_t>& removed) {
  if (removed.empty()) return;
  truths_.resize(entries_.size(), kNoClass);
  std::size_t kept = 0;
  auto next = removed.begin();
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (next != removed.end() && *next == i) {
      ++next;
      continue;
    }
    entries_[kept] = entries_[i];
    truths_[kept++] = truths_[i];
  }
  entries_.resize(kept);
  truths_.resize(classes_.empty() ? 0 : kept);
}

void PictureList::Refuse(std::size_t i) {
  if (i >= refused_.size()) refused_.resize(i + 1);
  refused_[i] = true;
}

bool PictureList::IsRefused(std::size_t i) const { return i < refused_.size() && refused_[i]; }

std::string_view PictureList::Keep(std::string_view text) {
  char* place = static_cast<char*>(texts_->allocate(text.size() + 1, /*alignment=*/1));
  std::copy(text.begin(), text.end(), place);
  return {place, text.size()};
}

}  // namespace gradcam
