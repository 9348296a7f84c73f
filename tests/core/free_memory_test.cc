#include "core/free_memory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/file_handle.h"

namespace gradcam {
namespace {

// A file of four pages, 'a' to 'd', mapped as models are, all pages touched.
class FreeMemory : public ::testing::Test {
 protected:
  FreeMemory() {
    const std::string path = ::testing::TempDir() + "free_memory";
    std::ofstream file(path, std::ios::binary);
    for (const char letter : {'a', 'b', 'c', 'd'}) file << std::string(page_, letter);
    file.close();
    const FileHandle handle(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    void* const at =
        ::mmap(nullptr, 4 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE, handle.get(), 0);
    if (at == MAP_FAILED) throw std::runtime_error("mmap");
    mapped_ = {static_cast<char*>(at), 4 * page_};
    static_cast<void>(Letters());
  }

  ~FreeMemory() override { ::munmap(mapped_.data(), mapped_.size()); }

  // The first of each page.
  [[nodiscard]] std::string Letters() const {
    std::string letters;
    for (std::size_t at = 0; at < mapped_.size(); at += page_) letters += mapped_[at];
    return letters;
  }

  // Which pages lie in memory: '1' or '0' each.
  [[nodiscard]] std::string Present() const {
    std::string present;
    const FileHandle file(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
    for (std::size_t at = 0; at < mapped_.size(); at += page_) {
      std::uint64_t entry = 0;
      const auto page = reinterpret_cast<std::uintptr_t>(mapped_.data() + at) / page_;
      const auto size =
          ::pread(file.get(), &entry, sizeof entry, static_cast<off_t>(page * sizeof entry));
      if (size != sizeof entry) throw std::runtime_error("pagemap");
      present += (entry >> 63) != 0 ? '1' : '0';
    }
    return present;
  }

  std::size_t page_ = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::span<char> mapped_;
};

TEST_F(FreeMemory, PagesOfAFileAreReadAgain) {
  ASSERT_EQ(Present(), "1111");
  ReturnFilePages(mapped_);
  EXPECT_EQ(Present(), "0000");
  EXPECT_EQ(Letters(), "abcd");
}

TEST_F(FreeMemory, OnlyWholePagesAreGivenBack) {
  ReturnFilePages(mapped_.subspan(1, 3 * page_ - 2));
  EXPECT_EQ(Present(), "1011");
  ReturnFilePages(mapped_.subspan(2 * page_ + 1, page_));
  EXPECT_EQ(Present(), "1011");
}

TEST_F(FreeMemory, WhatWasWrittenStays) {
  mapped_[2 * page_] = 'x';
  ReturnFilePages(mapped_);
  EXPECT_EQ(Letters(), "abxd");
}

TEST(FreeMemoryOfTheHeap, IsNotGivenBack) {
  std::vector<char> heap(1 << 20, 'h');
  ReturnFilePages(heap);
  EXPECT_TRUE(std::ranges::all_of(heap, [](char letter) { return letter == 'h'; }));
}

}  // namespace
}  // namespace gradcam
