#include "run/own_report.h"

#include <gtest/gtest.h>

#include <string>

#include "gradcam/map.h"
#include "report/sample_report.h"
#include "run/npy.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

class OwnReportTest : public testing::Test {
 protected:
  [[nodiscard]] bool IsForeignWith(const std::string& text) const {
    folder_.Write("cat.json", text);
    return IsForeignReport(folder_ / "cat.json");
  }

  TemporaryFolder folder_;
};

// 19 bytes, less white space, are the least that tells it from any other object.
TEST_F(OwnReportTest, IsOursHoweverItIsCutOff) {
  const std::string report = SampleText("report.json");
  EXPECT_FALSE(IsForeignWith(report));
  EXPECT_FALSE(IsForeignWith(""));
  for (std::size_t size = report.find(':') + 1; size < report.size(); ++size) {
    ASSERT_FALSE(IsForeignWith(report.substr(0, size))) << size;
  }
}

TEST_F(OwnReportTest, IsForeignWhereItBeginsOtherwise) {
  for (const char* text : {"{}", "{", "{\"schema_version\"", R"({"schema_version": 1})",
                           R"({"schema_version": 1, "tool": {"name": "other"}})",
                           R"({"schema_version": 12, "tool": {"name": "gradca)",
                           R"({"name": "gradcam"})", "gradcam", "[1]"}) {
    EXPECT_TRUE(IsForeignWith(text)) << text;
  }
}

// As a machine that ended leaves it.
TEST_F(OwnReportTest, WhatHoldsNothingButZerosIsNobodys) {
  const std::string zeros(5000, '\0');
  EXPECT_FALSE(IsForeignWith(zeros));
  for (const char* name : {"cat.gradcam.png", "cat.gradcam.npy"}) {
    folder_.Write(name, zeros);
    EXPECT_FALSE(IsForeignPicture(folder_ / name));
  }
}

TEST_F(OwnReportTest, ANumpyFileIsForeignUnlessItBeginsAsAMap) {
  folder_.Write("cat.gradcam.npy", "mine");
  EXPECT_TRUE(IsForeignPicture(folder_ / "cat.gradcam.npy"));
  folder_.Write("cat.gradcam.npy", "");
  EXPECT_FALSE(IsForeignPicture(folder_ / "cat.gradcam.npy"));
  const auto bytes = EncodeNpy(Map{2, 1, {1, 2}});
  folder_.Write("cat.gradcam.npy", std::string(bytes.begin(), bytes.end()));
  EXPECT_FALSE(IsForeignPicture(folder_ / "cat.gradcam.npy"));
  EXPECT_FALSE(IsForeignPicture(folder_ / "missing.gradcam.npy"));
}

}  // namespace
}  // namespace gradcam
