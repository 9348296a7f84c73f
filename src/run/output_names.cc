#include "run/output_names.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "core/cut_text.h"
#include "core/digits.h"
#include "run/sha256.h"

namespace gradcam {
namespace {

// File name limit of Linux file systems, in bytes.
constexpr std::size_t kNameLimit = 255;
// Room for ".2147483647.saliency-overlay.webp".
constexpr std::size_t kLongestSuffix = 33;
constexpr std::size_t kHashDigits = 8;

// A number as we write it: no sign, no zeros in front.
bool IsNumber(std::string_view text) {
  return IsDigits(text) && (text.size() == 1 || text.front() != '0');
}

std::string JoinedName(const std::string& stem, std::optional<int> class_index,
                       const OutputEnding& ending) {
  std::string name = stem;
  if (class_index) name.append(".").append(std::to_string(*class_index));
  return name.append(ending.text);
}

constexpr std::string_view kOf = "-of-";

// "2-of-4" and the like.
bool IsShardName(std::string_view text) {
  const std::size_t middle = text.find(kOf);
  return middle != std::string_view::npos && IsNumber(text.substr(0, middle)) &&
         IsNumber(text.substr(middle + kOf.size()));
}

// Nothing for numbers that are too large.
std::optional<std::size_t> NumberIn(std::string_view digits) {
  std::size_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return read.ec == std::errc() ? std::optional(number) : std::nullopt;
}

std::optional<Shard> ShardBetween(std::string_view name, std::string_view start,
                                  std::string_view end) {
  if (name.size() < start.size() + end.size() || !name.starts_with(start) || !name.ends_with(end)) {
    return std::nullopt;
  }
  const std::string_view text = name.substr(start.size(), name.size() - start.size() - end.size());
  if (!IsShardName(text)) return std::nullopt;
  const std::size_t middle = text.find(kOf);
  const auto number = NumberIn(text.substr(0, middle));
  const auto count = NumberIn(text.substr(middle + kOf.size()));
  if (!number || !count || *number < 1 || *number > *count) return std::nullopt;
  return Shard{.number = *number, .count = *count};
}

Output OutputOf(FileKind kind) {
  switch (kind) {
    case FileKind::kGradcam:
      return Output::kGradcam;
    case FileKind::kSaliency:
      return Output::kSaliency;
    case FileKind::kGradcamOverlay:
      return Output::kGradcamOverlay;
    case FileKind::kSaliencyOverlay:
      return Output::kSaliencyOverlay;
    case FileKind::kPanel:
      return Output::kPanel;
    case FileKind::kInput:
      return Output::kInput;
    case FileKind::kGradcamRaw:
    case FileKind::kSaliencyRaw:
      return Output::kRaw;
    case FileKind::kGradcamMap:
    case FileKind::kSaliencyMap:
      return Output::kMap;
    case FileKind::kReport:
      return Output::kJson;
  }
  return Output::kJson;
}

// ".2-of-4", or nothing.
std::string ShardPart(const std::optional<Shard>& shard) {
  if (!shard) return "";
  return "." + std::to_string(shard->number) + "-of-" + std::to_string(shard->count);
}

}  // namespace

bool IsPerClass(FileKind kind) { return kind != FileKind::kInput && kind != FileKind::kReport; }

bool IsWanted(FileKind kind, const Outputs& outputs) { return outputs.contains(OutputOf(kind)); }

std::string KeyOf(FileKind kind) {
  switch (kind) {
    case FileKind::kGradcam:
      return "gradcam";
    case FileKind::kSaliency:
      return "saliency";
    case FileKind::kGradcamOverlay:
      return "gradcam_overlay";
    case FileKind::kSaliencyOverlay:
      return "saliency_overlay";
    case FileKind::kPanel:
      return "panel";
    case FileKind::kInput:
      return "input";
    case FileKind::kGradcamRaw:
      return "gradcam_raw";
    case FileKind::kSaliencyRaw:
      return "saliency_raw";
    case FileKind::kGradcamMap:
      return "gradcam_map";
    case FileKind::kSaliencyMap:
      return "saliency_map";
    case FileKind::kReport:
      return "report";
  }
  return "";
}

std::string OutputStem(const std::string& file_name, bool keep_extension) {
  std::string stem = keep_extension ? file_name : std::filesystem::path(file_name).stem().string();
  constexpr std::size_t kLimit = kNameLimit - kLongestSuffix;
  if (stem.size() <= kLimit) return stem;
  return CutAtCharacter(stem, kLimit - kHashDigits - 1) + "-" +
         Sha256Of(stem).substr(0, kHashDigits);
}

std::string OutputName(const std::string& stem, std::optional<int> class_index, FileKind kind,
                       ImageFormat format) {
  return JoinedName(stem, class_index, EndingOf(kind, format));
}

std::string NameWithEnding(const std::string& stem, std::optional<int> class_index,
                           std::size_t ending) {
  return JoinedName(stem, class_index, kOutputEndings.at(ending));
}

std::vector<OutputEnding> WrittenEndings(const Outputs& outputs, ImageFormat format) {
  std::vector<OutputEnding> written;
  for (const OutputEnding& ending : kOutputEndings) {
    const bool is_chosen = &EndingOf(ending.kind, format) == &ending;
    if (is_chosen && IsWanted(ending.kind, outputs)) written.push_back(ending);
  }
  return written;
}

const OutputEnding& EndingOf(FileKind kind, ImageFormat format) {
  const auto find = [kind](ImageFormat wanted) {
    return std::find_if(
        kOutputEndings.begin(), kOutputEndings.end(),
        [=](const OutputEnding& ending) { return ending.kind == kind && ending.format == wanted; });
  };
  const auto found = find(format);
  return found != kOutputEndings.end() ? *found : *find(ImageFormat::kPng);
}

std::optional<ParsedName> ParseOutputName(std::string_view name) {
  for (std::size_t i = 0; i < kOutputEndings.size(); ++i) {
    const OutputEnding& ending = kOutputEndings.at(i);
    if (name.size() > ending.text.size() && name.ends_with(ending.text)) {
      return ParsedName{std::string(name.substr(0, name.size() - ending.text.size())), ending.kind,
                        i};
    }
  }
  return std::nullopt;
}

std::optional<IndexedStem> SplitClassIndex(const std::string& base) {
  const std::size_t dot = base.rfind('.');
  if (dot == std::string::npos || dot == 0) return std::nullopt;
  const std::string_view digits = std::string_view(base).substr(dot + 1);
  int index = 0;
  if (!IsNumber(digits) ||
      std::from_chars(digits.data(), digits.data() + digits.size(), index).ec != std::errc()) {
    return std::nullopt;
  }
  return IndexedStem{base.substr(0, dot), index};
}

OutputPlace PlaceOf(const std::string& picture_name, bool keep_extension) {
  const std::size_t slash = picture_name.rfind('/');
  if (slash == std::string::npos) return {"", OutputStem(picture_name, keep_extension)};
  return {picture_name.substr(0, slash),
          OutputStem(picture_name.substr(slash + 1), keep_extension)};
}

std::filesystem::path FolderOf(const std::filesystem::path& output, const std::string& folder) {
  return folder.empty() ? output : output / folder;
}

bool IsRunReport(const OutputPlace& place) {
  constexpr std::string_view kRun = "run";
  if (!place.folder.empty()) return false;
  return place.stem == kRun || (place.stem.starts_with("run.") &&
                                IsShardName(std::string_view(place.stem).substr(kRun.size() + 1)));
}

std::vector<std::string> FoldersTo(const std::string& folder) {
  std::vector<std::string> folders;
  for (std::size_t slash = folder.find('/'); slash != std::string::npos;
       slash = folder.find('/', slash + 1)) {
    folders.push_back(folder.substr(0, slash));
  }
  if (!folder.empty()) folders.push_back(folder);
  return folders;
}

bool IsFileOfRuns(const std::string& path) {
  return path == RunReportName({}) || path == ResultsName({}) || ShardOfRunReport(path) ||
         ShardOfResults(path);
}

std::optional<OutputPlace> PlaceThatWrites(const std::string& path, const Settings& settings) {
  const std::size_t slash = path.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  const auto parsed = ParseOutputName(std::string_view(path).substr(name));
  if (!parsed || !IsWanted(parsed->kind, settings.outputs)) return std::nullopt;
  const OutputEnding& ending = kOutputEndings.at(parsed->ending);
  if (&EndingOf(parsed->kind, settings.render.format) != &ending) return std::nullopt;
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
  if (!IsPerClass(parsed->kind) || settings.explain.classes.size() <= 1) {
    return OutputPlace{folder, parsed->base};
  }
  const auto indexed = SplitClassIndex(parsed->base);
  return indexed ? std::optional(OutputPlace{folder, indexed->stem}) : std::nullopt;
}

std::string RunReportName(const std::optional<Shard>& shard) {
  return "run" + ShardPart(shard) + ".json";
}

std::string ResultsName(const std::optional<Shard>& shard) {
  return "results" + ShardPart(shard) + ".jsonl";
}

std::optional<Shard> ShardOfRunReport(std::string_view name) {
  return ShardBetween(name, "run.", ".json");
}

std::optional<Shard> ShardOfResults(std::string_view name) {
  return ShardBetween(name, "results.", ".jsonl");
}

}  // namespace gradcam
