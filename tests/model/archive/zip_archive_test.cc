#include "model/archive/zip_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradcam/error.h"
#include "model/zip_writer.h"

namespace gradcam {
namespace {

using ::testing::HasSubstr;

std::vector<ZipPart> TwoParts() {
  std::vector<ZipPart> parts(2);
  parts[0].name = "net/a";
  parts[0].content = "hello";
  parts[1].name = "net/b";
  parts[1].content = std::string(100, 'b');
  return parts;
}

std::string Refusal(const std::string& bytes) {
  try {
    const ZipArchive archive(bytes);
    for (const auto& [name, record] : archive.records()) {
      static_cast<void>(archive.Read(name, 1000));
    }
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "";
}

std::string Refusal(const std::vector<ZipPart>& parts) { return Refusal(WriteZip(parts)); }

TEST(ZipArchive, FindsAndReadsItsRecords) {
  const std::string bytes = WriteZip(TwoParts());
  const ZipArchive archive(bytes);
  ASSERT_EQ(archive.records().size(), 2U);
  const ZipRecord* const record = archive.Find("net/a");
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->offset % 64, 0U);
  EXPECT_EQ(bytes.substr(record->offset, record->size), "hello");
  EXPECT_EQ(archive.Read("net/a", 5), "hello");
  EXPECT_EQ(archive.Find("net/c"), nullptr);
}

TEST(ZipArchive, UnpacksDeflatedRecords) {
  auto parts = TwoParts();
  parts[0].method = 8;
  parts[0].content = DeflateStored("hello");
  const std::string bytes = WriteZip(parts);
  EXPECT_TRUE(ZipArchive(bytes).Find("net/a")->deflated);
  EXPECT_EQ(ZipArchive(bytes).Read("net/a", 1000), "hello");
}

TEST(ZipArchive, RefusesToUnpackMoreThanTheCallerWants) {
  const std::string bytes = WriteZip(TwoParts());
  const ZipArchive archive(bytes);
  EXPECT_THROW(static_cast<void>(archive.Read("net/a", 4)), Error);
}

TEST(ZipArchive, RefusesAFileThatWasCutOffAnywhere) {
  const std::string bytes = WriteZip(TwoParts());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE(Refusal(bytes.substr(0, size)), "") << size;
  }
  EXPECT_EQ(Refusal(bytes), "");
}

TEST(ZipArchive, SurvivesEveryChangedByte) {
  const std::string bytes = WriteZip(TwoParts());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int value : {0x00, 0x01, 0x7F, 0xFF}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(value);
      // Refused or read; under the address sanitizer this shows reads outside the file.
      static_cast<void>(Refusal(changed));
    }
  }
}

TEST(ZipArchive, RefusesTwoRecordsOfOneName) {
  auto parts = TwoParts();
  parts[1].name = parts[0].name;
  EXPECT_THAT(Refusal(parts), HasSubstr("two records"));
}

TEST(ZipArchive, RefusesRecordsThatOverlap) {
  auto parts = TwoParts();
  parts[0].content = std::string(100, 'a');
  parts[0].packed_size = parts[0].size = 200;
  EXPECT_THAT(Refusal(parts), HasSubstr("overlap"));
}

TEST(ZipArchive, RefusesARecordThatIsLongerThanTheFile) {
  auto parts = TwoParts();
  parts[1].packed_size = parts[1].size = 1'000'000;
  EXPECT_THAT(Refusal(parts), HasSubstr("longer than the file"));
}

TEST(ZipArchive, RefusesTwoSizesOfAStoredRecord) {
  auto parts = TwoParts();
  parts[0].size = 6;
  EXPECT_THAT(Refusal(parts), HasSubstr("two sizes"));
}

TEST(ZipArchive, RefusesNamesThatLeaveTheArchive) {
  for (const std::string name : {"../a", "net/../../a", "/etc/passwd", "a\\b", "net//a", "./a"}) {
    auto parts = TwoParts();
    parts[0].name = name;
    EXPECT_THAT(Refusal(parts), HasSubstr("stay inside")) << name;
  }
}

TEST(ZipArchive, RefusesALocalHeaderThatNamesAnotherRecord) {
  auto parts = TwoParts();
  parts[0].local_name = "net/x";
  EXPECT_THAT(Refusal(parts), HasSubstr("contradicts"));
}

TEST(ZipArchive, RefusesALocalHeaderOutsideTheFile) {
  auto parts = TwoParts();
  parts[0].header = 4'000'000'000;
  EXPECT_THAT(Refusal(parts), HasSubstr("outside the file"));
}

TEST(ZipArchive, RefusesEncryptedRecords) {
  auto parts = TwoParts();
  parts[0].flags = 1;
  EXPECT_THAT(Refusal(parts), HasSubstr("encrypted"));
}

TEST(ZipArchive, RefusesUnknownMethods) {
  auto parts = TwoParts();
  parts[0].method = 14;
  EXPECT_THAT(Refusal(parts), HasSubstr("unknown method"));
}

TEST(ZipArchive, RefusesContentThatDiffersFromItsChecksum) {
  auto parts = TwoParts();
  parts[0].crc = 1;
  EXPECT_THAT(Refusal(parts), HasSubstr("promises"));
}

TEST(ZipArchive, RefusesARecordThatUnpacksToAnotherSize) {
  for (const int size : {4, 6}) {
    auto parts = TwoParts();
    parts[0].method = 8;
    parts[0].content = DeflateStored("hello");
    parts[0].size = size;
    EXPECT_THAT(Refusal(parts), HasSubstr("promises")) << size;
  }
}

TEST(ZipArchive, RefusesAnAbsurdNumberOfRecords) {
  std::string bytes = WriteZip(TwoParts());
  bytes[bytes.size() - 12] = '\xFF';
  bytes[bytes.size() - 11] = '\xFF';
  EXPECT_THAT(Refusal(bytes), HasSubstr("does not fit"));
}

TEST(ZipArchive, RefusesAZip64DirectoryThatLies) {
  const std::string plain = WriteZip(TwoParts());
  // An end record of zip64 that counts 2^61 records, its locator, and the end record.
  std::string end64("PK\x06\x06", 4);
  end64 += std::string(20, '\0') + std::string("\0\0\0\0\0\0\0\x20", 8) +
           std::string("\0\0\0\0\0\0\0\x20", 8) + std::string(16, '\xFF');
  std::string locator("PK\x06\x07\0\0\0\0", 8);
  locator.push_back(static_cast<char>(plain.size() - 22));
  locator += std::string("\x01", 1);
  locator.resize(16, '\0');
  locator += std::string("\x01\0\0\0", 4);
  const std::string bytes =
      plain.substr(0, plain.size() - 22) + end64 + locator + plain.substr(plain.size() - 22);
  EXPECT_NE(Refusal(bytes), "");
}

}  // namespace
}  // namespace gradcam
