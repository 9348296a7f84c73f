#include "run/compiled_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "gradcam/error.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using testing::Optional;
using testing::SizeIs;

std::function<void(std::ostream&)> BytesOf(const std::string& text) {
  return [text](std::ostream& stream) { stream << text; };
}

CompiledCache CacheIn(const TemporaryFolder& folder, const std::string& model = "model",
                      std::uint64_t most_bytes = CompiledCache::kMostBytes) {
  return {folder / "compiled", [model] { return model; }, most_bytes};
}

std::optional<std::string> Found(CompiledCache& cache, const std::string& key) {
  const auto kept = cache.Find(key);
  if (!kept) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(kept->bytes.data()), kept->bytes.size());
}

fs::path OnlyFile(const TemporaryFolder& folder) {
  const auto files = FilesBelow(folder.path());
  EXPECT_THAT(files, SizeIs(1));
  return folder / *files.begin();
}

TEST(CompiledCache, GivesBackWhatWasKeptUnderTheSameKeyOfTheSameModel) {
  const TemporaryFolder folder;
  auto cache = CacheIn(folder);
  EXPECT_FALSE(cache.Has("key"));
  EXPECT_FALSE(cache.Find("key"));
  cache.Keep("key", BytesOf("first"));
  cache.Keep("key", BytesOf("second"));
  cache.Keep("other key", BytesOf("third"));
  EXPECT_TRUE(cache.Has("key"));
  auto again = CacheIn(folder);
  EXPECT_THAT(Found(again, "key"), Optional(std::string("second")));
  EXPECT_THAT(Found(again, "other key"), Optional(std::string("third")));
  auto of_another_model = CacheIn(folder, "another model");
  EXPECT_FALSE(of_another_model.Has("key"));
  EXPECT_FALSE(of_another_model.Find("key"));
}

TEST(CompiledCache, BytesMayBeWrittenInAnyOrder) {
  const TemporaryFolder folder;
  auto cache = CacheIn(folder);
  cache.Keep("key", [](std::ostream& stream) {
    EXPECT_EQ(stream.tellp(), 0);
    stream << "....behind";
    stream.seekp(0);
    stream << "head";
  });
  EXPECT_THAT(Found(cache, "key"), Optional(std::string("headbehind")));
}

TEST(CompiledCache, WhatCannotBeWrittenIsNotKept) {
  const TemporaryFolder folder;
  auto cache = CacheIn(folder);
  const auto write = [](std::ostream& stream) {
    stream << "half";
    throw Error(ErrorKind::kModel, "no more");
  };
  EXPECT_THROW(cache.Keep("key", write), Error);
  EXPECT_THAT(FilesBelow(folder.path()), SizeIs(0));
}

// A writer may complain of the stream: what is wrong with the file says more.
TEST(CompiledCache, SaysWhyItCannotBeWritten) {
  const TemporaryFolder folder;
  const auto keep = [&folder] {
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0) std::_Exit(2);
    limit.rlim_cur = 100'000;
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) std::_Exit(2);
    std::signal(SIGXFSZ, SIG_IGN);
    auto cache = CacheIn(folder);
    try {
      cache.Keep("key", [](std::ostream& stream) {
        stream << std::string(1'000'000, 'x');
        if (!stream) throw Error(ErrorKind::kModel, "basic_ios::clear");
      });
    } catch (const Error& error) {
      std::cerr << error.what() << '\n';
    }
    std::_Exit(0);
  };
  EXPECT_EXIT(keep(), testing::ExitedWithCode(0), "cannot write '.*': file too large");
  EXPECT_THAT(FilesBelow(folder.path()), SizeIs(0));
}

TEST(CompiledCache, BytesBeginAtAPage) {
  const TemporaryFolder folder;
  auto cache = CacheIn(folder);
  cache.Keep(std::string(5000, 'k'), BytesOf("bytes"));
  const auto kept = cache.Find(std::string(5000, 'k')).value();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(kept.bytes.data()) % 4096, 0U);
}

TEST(CompiledCache, WhatWasFoundOutlivesItsFile) {
  const TemporaryFolder folder;
  auto cache = CacheIn(folder);
  cache.Keep("key", BytesOf("bytes"));
  const auto kept = cache.Find("key").value();
  cache.Forget("key");
  EXPECT_FALSE(cache.Has("key"));
  cache.Keep("key", BytesOf("other"));
  EXPECT_EQ(kept.bytes[0], std::byte{'b'});
}

TEST(CompiledCache, WithoutADigestOfTheModelNothingIsKept) {
  const TemporaryFolder folder;
  auto cache = CacheIn(folder, "");
  cache.Keep("key", BytesOf("bytes"));
  EXPECT_FALSE(cache.Has("key"));
  EXPECT_THAT(FilesBelow(folder.path()), SizeIs(0));
}

TEST(CompiledCache, AnyDamageMakesAFileCountAsNone) {
  const TemporaryFolder folder;
  auto cache = CacheIn(folder);
  cache.Keep("key", BytesOf("bytes"));
  const fs::path file = OnlyFile(folder);
  const std::string name = fs::relative(file, folder.path()).string();
  const std::string whole = Content(file);
  const auto is_none_with = [&](const std::string& content) {
    folder.Write(name, content);
    return !cache.Find("key");
  };
  EXPECT_FALSE(is_none_with(whole));
  EXPECT_TRUE(is_none_with(""));
  EXPECT_TRUE(is_none_with("bytes"));
  EXPECT_TRUE(is_none_with(whole.substr(0, whole.size() - 1)));
  EXPECT_TRUE(is_none_with(whole.substr(5)));
  EXPECT_TRUE(is_none_with(whole + "x"));
  for (std::size_t place = 0; place < whole.size(); ++place) {
    std::string damaged = whole;
    damaged[place] ^= 1;
    EXPECT_TRUE(is_none_with(damaged)) << place;
  }
  fs::remove(file);
  fs::create_directory(file);
  EXPECT_FALSE(cache.Find("key"));
  fs::remove(file);
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  EXPECT_FALSE(cache.Find("key"));  // and does not wait for a writer
  cache.Keep("key", BytesOf("anew"));
  EXPECT_THAT(Found(cache, "key"), Optional(std::string("anew")));
}

TEST(CompiledCache, WhatOthersMayWriteCountsAsNone) {
  const TemporaryFolder folder;
  auto cache = CacheIn(folder);
  const mode_t before = ::umask(0);
  cache.Keep("key", BytesOf("bytes"));
  ::umask(before);
  EXPECT_TRUE(cache.Find("key"));  // it is written for its user alone
  const fs::path file = OnlyFile(folder);
  for (const auto who : {fs::perms::group_write, fs::perms::others_write}) {
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write | who);
    EXPECT_FALSE(cache.Find("key"));
  }
  fs::permissions(file, fs::perms::owner_read | fs::perms::others_read);
  EXPECT_TRUE(cache.Find("key"));
  cache.Keep("key", BytesOf("anew"));
  EXPECT_THAT(Found(cache, "key"), Optional(std::string("anew")));
}

TEST(CompiledCache, RemovesWhatWasUsedLongestAgo) {
  const TemporaryFolder folder;
  const std::string bytes(10000, 'x');  // and what tells whose they are, less than 500
  auto cache = CacheIn(folder, "model", std::uint64_t{3} * 10500);
  // Apart in time even where a file system counts seconds.
  const auto make_older = [&] {
    for (const auto& name : FilesBelow(folder.path())) {
      fs::last_write_time(folder / name,
                          fs::last_write_time(folder / name) - std::chrono::seconds(10));
    }
  };
  for (const std::string key : {"a", "b", "c"}) {
    cache.Keep(key, BytesOf(bytes));
    make_older();
  }
  EXPECT_TRUE(cache.Find("a"));  // used last now
  make_older();
  cache.Keep("d", BytesOf(bytes));
  EXPECT_TRUE(cache.Has("a"));
  EXPECT_FALSE(cache.Has("b"));
  EXPECT_TRUE(cache.Has("c"));
  EXPECT_TRUE(cache.Has("d"));
  folder.Write("compiled/not ours", bytes + bytes + bytes);
  cache.Keep("e", BytesOf(bytes));
  EXPECT_TRUE(fs::exists(folder / "compiled/not ours"));
}

TEST(CompiledCache, DoesNotKeepWhatIsLargerThanAll) {
  const TemporaryFolder folder;
  auto cache = CacheIn(folder, "model", 10000);
  EXPECT_THAT([&] { cache.Keep("key", BytesOf(std::string(20000, 'x'))); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("larger than all")));
  EXPECT_FALSE(cache.Has("key"));
  EXPECT_THAT(FilesBelow(folder.path()), SizeIs(0));
}

TEST(CompiledCache, AFolderThatCannotBeMadeIsAnErrorOfKeepingOnly) {
  const TemporaryFolder folder;
  folder.Write("compiled", "a file");
  auto cache = CacheIn(folder);
  EXPECT_FALSE(cache.Has("key"));
  EXPECT_FALSE(cache.Find("key"));
  cache.Forget("key");
  EXPECT_THROW(cache.Keep("key", BytesOf("bytes")), Error);
}

TEST(CompiledCache, SeveralWritersAndReadersGetWholeFiles) {
  const TemporaryFolder folder;
  constexpr std::size_t kSize = 300000;
  std::atomic<int> damaged = 0;
  std::atomic<int> found = 0;
  std::vector<std::thread> threads;
  for (char letter = 'a'; letter < 'e'; ++letter) {
    threads.emplace_back([&, letter] {
      auto cache = CacheIn(folder);
      for (int i = 0; i < 20; ++i) {
        cache.Keep("key", BytesOf(std::string(kSize, letter)));
        const auto bytes = Found(cache, "key");
        found += bytes ? 1 : 0;
        damaged += bytes && *bytes != std::string(kSize, bytes->front()) ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(damaged, 0);
  EXPECT_EQ(found, 80);  // nobody sees it missing
}

}  // namespace
}  // namespace gradcam
