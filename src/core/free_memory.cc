#include "core/free_memory.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/file_handle.h"

namespace gradcam {
namespace {

// Numbers of pages, from the start of the address space.
struct PageRange {
  std::size_t first = 0;
  std::size_t count = 0;
};

PageRange WholePagesIn(std::span<const char> bytes, std::size_t page_size) {
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
  const std::size_t first = (begin + page_size - 1) / page_size;
  const std::size_t end = (begin + bytes.size()) / page_size;
  return {first, end > first ? end - first : 0};
}

// One entry a page, see Documentation/admin-guide/mm/pagemap.rst of the Linux kernel; empty where
// it cannot be read.
std::vector<std::uint64_t> PageEntries(const PageRange& pages) {
  constexpr std::size_t kEntry = sizeof(std::uint64_t);
  std::vector<std::uint64_t> entries(pages.count);
  const FileHandle file(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return {};
  const ssize_t size = ::pread(file.get(), entries.data(), pages.count * kEntry,
                               static_cast<off_t>(pages.first * kEntry));
  if (size != static_cast<ssize_t>(pages.count * kEntry)) return {};
  return entries;
}

// A page of a private mapping that was written to is no longer the file's.
bool CanBeReadAgain(std::uint64_t entry) {
  constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;
  constexpr std::uint64_t kSwapped = std::uint64_t{1} << 62;
  constexpr std::uint64_t kOfFile = std::uint64_t{1} << 61;
  if ((entry & kSwapped) != 0) return false;
  return (entry & kPresent) == 0 || (entry & kOfFile) != 0;
}

}  // namespace

void ReturnFreeMemory() { ::malloc_trim(0); }

void ReturnFilePages(std::span<const char> bytes) {
  const auto page_size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const PageRange pages = WholePagesIn(bytes, page_size);
  if (pages.count == 0) return;
  const auto entries = PageEntries(pages);
  if (entries.empty() || !std::ranges::all_of(entries, CanBeReadAgain)) return;
  ::madvise(reinterpret_cast<void*>(pages.first * page_size), pages.count * page_size,
            MADV_DONTNEED);
}

}  // namespace gradcam
