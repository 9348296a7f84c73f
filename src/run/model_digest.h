#pragma once

#include <filesystem>
#include <future>
#include <string>
#include <thread>

namespace gradcam {

// SHA-256 of a model file, computed on a thread of its own while the model loads. Results are kept
// in `cache_folder`/model-digests by path, size, times and inode; an empty `cache_folder` keeps
// none. The destructor stops a hash that nobody waits for.
class ModelDigest {
 public:
  ModelDigest(const std::filesystem::path& model, const std::filesystem::path& cache_folder);

  // Waits. 64 hex digits. Throws Error(kModel) if the file cannot be read.
  [[nodiscard]] std::string Get() const;

 private:
  std::shared_future<std::string> result_;
  std::jthread thread_;
};

}  // namespace gradcam
