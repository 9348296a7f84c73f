#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/file_handle.h"

namespace gradcam {

// What becomes of the lines of an older results.jsonl.
enum class OldLines {
  kReplace,  // Begin replaces them
  kKeep,     // they stay, less a torn last one
  kRead,     // they are looked up only: the file is neither changed nor locked
  kRefuse,   // there must be none: Begin refuses
};

// results.jsonl: the reports of the pictures, one a line, in the order of the inputs. Lines are
// appended as pictures are done, so that a killed run loses at most a torn last line. All members
// throw Error(kOutput) where the file cannot be read or written.
//
// One run at a time writes it: the lines of two would get into each other. A file is locked as long
// as this lives, an older one from the start; a new one is locked before it takes the older one's
// place. What was not there at the start is never replaced or removed: where two runs find no file,
// the second to begin is refused.
class ResultsFile {
 public:
  // Changes nothing. Throws Error(kUsage) if gradcam did not write an older file, or if another run
  // writes it.
  ResultsFile(std::filesystem::path file, OldLines old_lines);

  // From here on the file is there. Add begins it where nobody has. Throws Error(kUsage) if a file
  // stands there that did not at the start.
  void Begin();

  // The kept line of a picture, by its name; empty if there is none. May be called by several
  // threads at once, while another appends.
  [[nodiscard]] std::string Find(std::string_view name) const;

  // Whether the path still leads to the file that has been begun or is kept, if there is one.
  [[nodiscard]] bool IsInPlace() const;

  // The four that follow are called in the order of the inputs, and not with OldLines::kRead.
  // A picture is done; it has this line, without line end. A kept one that is equal stays.
  void Add(std::string_view name, const std::string& line);
  // A picture has the line that was kept of it, if any.
  void Keep(std::string_view name);
  // A picture has no results.
  void Drop(std::string_view name);
  // The end: with `is_complete`, no other picture has a line; else what was kept of pictures that
  // were not reached stays behind the others. Brings the lines into order where that is needed.
  void Finish(bool is_complete);

 private:
  struct Line {
    std::uint64_t name_hash = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;   // with its line end
    bool is_settled = false;  // its picture was added, kept or dropped
  };

  void ReplaceOlder();
  void CreateNew();
  [[nodiscard]] std::uint64_t ReadLines(bool all);
  void AddLine(std::uint64_t offset, std::string_view text);
  [[nodiscard]] std::span<const std::size_t> KeptOf(std::string_view name) const;
  [[nodiscard]] const Line* KeptLine(std::string_view name) const;
  [[nodiscard]] std::string Read(std::uint64_t offset, std::uint64_t size) const;
  void SetNext(const Line& line);
  void Settle(std::string_view name);
  [[nodiscard]] std::uint64_t Append(const std::string& text);
  void CutRest();
  void Rewrite(const std::vector<Line>& lines);

  std::filesystem::path path_;
  FileHandle file_;        // that lines are appended to; before Begin an older one, or a link
  bool is_begun_ = false;  // or kept
  std::uint64_t size_ = 0;
  std::vector<Line> kept_;            // in the order of the file
  std::vector<std::size_t> by_name_;  // indices of kept_, by name_hash
  std::vector<Line> wanted_;          // of settled pictures, in the order of the inputs: SetNext
};

}  // namespace gradcam
