#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "run/inputs/list_reader.h"
#include "run/inputs/picture_naming.h"
#include "run/job_source.h"
#include "run/old_outputs.h"
#include "run/output_names.h"
#include "run/result_pictures.h"
#include "run/run_options.h"

namespace gradcam {

// The pictures of a list that is read while the run goes on. An entry is named by its path below
// RunOptions::root, or else below the working folder or, outside of that, below "/". What would be
// a usage error in a list that is known beforehand is a failure of its picture here, which names
// the line. Keeps about 80 bytes of every picture, to know names that come again, and 16 of every
// picture that has older outputs in the folders written into.
class StreamedJobs final : public JobSource {
 public:
  // Reads the list from `descriptor` and waits for its first entry. Throws Error(kUsage) if there
  // is none or it cannot be read.
  StreamedJobs(const RunOptions& options, int descriptor);

  void CheckClasses(const std::vector<Label>& labels) override { labels_ = labels; }
  [[nodiscard]] std::optional<JobOrFailure> Next(const InputWait& wait) override;
  [[nodiscard]] std::optional<std::size_t> total() const override { return std::nullopt; }
  [[nodiscard]] std::vector<std::string> TakeWarnings() override;

 private:
  using Digest = std::array<std::uint8_t, 16>;  // half a SHA-256

  [[nodiscard]] std::optional<JobOrFailure> JobOrFailureOf(const ListEntry& entry);
  [[nodiscard]] std::optional<Job> JobOf(const ListEntry& entry);
  [[nodiscard]] bool Take(const OutputPlace& place, const std::filesystem::path& absolute);
  void TakeFolders(const OutputPlace& place, const std::filesystem::path& absolute);
  [[nodiscard]] std::vector<std::string> StaleNames(const OutputPlace& place, const Job& job);
  [[nodiscard]] static Digest DigestOf(const std::string& text);

  RunOptions options_;
  PictureNaming naming_;
  ResultPictures result_pictures_;
  ListReader reader_;
  std::optional<ListEntry> first_;  // not handed out yet
  std::map<Digest, Digest> taken_;  // place of outputs -> picture
  // Places whose pictures would write a file where a folder of outputs is -> that path.
  std::map<Digest, std::string> blocked_;
  // By output folder; a picture is known by the hash of its stem.
  std::map<std::string, StaleFiles> old_files_;
  std::optional<std::vector<Label>> labels_;  // of the model, once it is known
  std::vector<std::string> warnings_;
};

}  // namespace gradcam
