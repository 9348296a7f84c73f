#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "gradcam/explainer.h"

namespace gradcam {

// Whether a path has no part that a shorter writing would leave out: "", "." or "..".
[[nodiscard]] bool IsNormalPath(std::string_view path);

// `path` from the root on, without "." and "..", and without a slash at its end.
[[nodiscard]] std::filesystem::path AbsolutePath(const std::filesystem::path& path,
                                                 const std::filesystem::path& working_folder);

// The part of `path` below `folder`, both absolute; nothing if it is not below it.
[[nodiscard]] std::optional<std::string> NameBelow(const std::filesystem::path& path,
                                                   const std::filesystem::path& folder);

// A picture that a run was given, not yet looked at.
struct InputPicture {
  std::filesystem::path path;        // to open
  std::string name;                  // path below its input, as bytes: "a/cat.jpg"
  std::optional<ClassTarget> truth;  // its true class
};

// Where pictures come from, which decides their names.
struct PictureOrigin {
  enum class Kind {
    kFolder,  // found below `folder`; named by their path below it
    kList,    // named by their path below `folder`, the absolute root of the list
    kAlone,   // given by themselves; named by their file name
  };
  Kind kind = Kind::kAlone;
  std::filesystem::path folder;
};

// A true class, and where it was first said.
struct ListedClass {
  ClassTarget target;
  std::string place;  // "list 'cats.csv', line 3"
};

// The pictures of a run in order. Takes about 16 bytes a picture beside its name, and 4 for its
// true class.
class PictureList {
 public:
  explicit PictureList(std::filesystem::path working_folder);

  // The pictures added from now on come from `origin`.
  void Begin(PictureOrigin origin);
  // Changes the folder of the origin in work.
  void SetFolder(std::filesystem::path folder);

  // `text`: below the folder for Kind::kFolder, otherwise the path as given.
  void Add(std::string_view text);
  void Add(std::string_view text, const ListedClass& truth);

  // Puts the pictures of the origin in work into bytewise order.
  void SortOrigin();

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] InputPicture operator[](std::size_t i) const;
  [[nodiscard]] std::string NameOf(std::size_t i) const;
  [[nodiscard]] std::filesystem::path PathOf(std::size_t i) const;
  [[nodiscard]] std::filesystem::path AbsolutePathOf(std::size_t i) const;

  // The true class of a picture as an index of classes(); -1 without.
  [[nodiscard]] int ClassOf(std::size_t i) const;
  [[nodiscard]] const std::vector<ListedClass>& classes() const { return classes_; }

  // Gives picture `to` the true class of picture `from`, or none.
  void CopyClass(std::size_t from, std::size_t to);

  // `removed` are indices in ascending order. Before any picture is refused.
  void Remove(const std::vector<std::size_t>& removed);

  // Picture `i` stays in its place, and is not explained.
  void Refuse(std::size_t i);
  [[nodiscard]] bool IsRefused(std::size_t i) const;

 private:
  struct Entry {
    const char* text;
    std::uint32_t size;
    std::uint32_t origin;

    [[nodiscard]] std::string_view view() const { return {text, size}; }
  };

  [[nodiscard]] std::string_view Keep(std::string_view text);

  std::filesystem::path working_folder_;
  std::vector<PictureOrigin> origins_;
  std::size_t first_of_origin_ = 0;
  std::vector<Entry> entries_;
  std::unique_ptr<std::pmr::monotonic_buffer_resource> texts_;
  std::vector<std::int32_t> truths_;  // empty, or one a picture up to the last with one
  std::vector<bool> refused_;         // empty, or one a picture up to the last that is refused
  std::vector<ListedClass> classes_;
  std::map<std::tuple<ClassTarget::By, int, std::string>, std::int32_t> class_numbers_;
};

}  // namespace gradcam
