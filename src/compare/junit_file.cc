#include "compare/junit_file.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "core/utc_time.h"
#include "report/markup.h"
#include "run/own_file.h"
#include "run/replaceable.h"

namespace gradcam {
namespace {

// What our reports begin with, and no other program's.
constexpr std::string_view kBeginning =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<testsuites>\n"
    "  <testsuite package=\"gradcam\" id=\"0\" name=\"";

std::filesystem::path OwnFile(const std::filesystem::path& file) {
  RequireOwnFile(Replaceable(file), kBeginning, "a JUnit report of gradcam");
  return file;
}

// Room for four counts of 20 digits.
constexpr std::size_t kHeadSpare = 80;

bool IsError(FindingKind status) {
  return status == FindingKind::kUnreadable || status == FindingKind::kIncompatible;
}

std::string FailureElement(const PictureComparison& picture) {
  const std::string element = IsError(picture.status) ? "error" : "failure";
  std::string message = picture.findings.front().text;
  if (picture.findings.size() > 1) {
    message += " (and " + std::to_string(picture.findings.size() - 1) + " more)";
  }
  std::string text = "      <" + element + " type=\"" + NameOf(picture.status) + "\" message=\"" +
                     EscapedMarkup(message) + "\">";
  for (const Finding& finding : picture.findings) text += EscapedMarkup(finding.text) + "\n";
  return text + "</" + element + ">\n";
}

}  // namespace

JunitFile::JunitFile(const std::filesystem::path& file, const std::string& suite)
    : file_(OwnFile(file)), suite_(suite), started_(UtcNow()) {
  file_.Write(Head());
}

// Always of one length, so that it can be written over at the end, when the counts are known.
std::string JunitFile::Head() const {
  const std::string counts = " tests=\"" + std::to_string(counts_.tests) + "\" failures=\"" +
                             std::to_string(counts_.failures) + "\" errors=\"" +
                             std::to_string(counts_.errors) + "\" skipped=\"" +
                             std::to_string(counts_.skipped) + "\"";
  constexpr std::size_t kCountsWidth = sizeof(" tests=\"\" failures=\"\" errors=\"\" skipped=\"\"");
  std::string head = std::string(kBeginning) + EscapedMarkup(suite_) + "\" timestamp=\"" +
                     started_ + "\" hostname=\"localhost\" time=\"0\"" + counts;
  head.append(kCountsWidth + kHeadSpare - counts.size(), ' ');
  return head + ">\n    <properties/>\n";
}

void JunitFile::Add(const PictureComparison& picture) {
  const std::size_t slash = picture.name.rfind('/');
  const std::string folder =
      slash == std::string::npos ? std::string() : picture.name.substr(0, slash);
  std::string text = "    <testcase classname=\"" +
                     EscapedMarkup(folder.empty() ? "gradcam" : folder) + "\" name=\"" +
                     EscapedMarkup(picture.name) + "\" time=\"0\"";
  ++counts_.tests;
  if (picture.findings.empty()) {
    file_.Write(text + "/>\n");
    return;
  }
  text += ">\n";
  if (picture.failed) {
    ++(IsError(picture.status) ? counts_.errors : counts_.failures);
    text += FailureElement(picture);
  } else {
    ++counts_.skipped;
    text += "      <skipped/>\n";
  }
  file_.Write(text + "    </testcase>\n");
}

void JunitFile::Commit() {
  file_.Write("    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n");
  file_.Rewind();
  file_.Write(Head());
  file_.Commit();
}

}  // namespace gradcam
