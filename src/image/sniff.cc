#include "image/sniff.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string>

namespace gradcam {
namespace {

using Bytes = std::span<const std::uint8_t>;
using std::string_view_literals::operator""sv;

std::string_view AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool StartsWith(Bytes bytes, std::string_view signature, std::size_t offset = 0) {
  return bytes.size() >= offset && AsText(bytes.subspan(offset)).starts_with(signature);
}

bool IsBmp(Bytes bytes) {
  // Two letters alone are too weak a signature: the size of the second header must be a known one.
  constexpr std::array<std::uint8_t, 8> kHeaderSizes{12, 16, 40, 52, 56, 64, 108, 124};
  return StartsWith(bytes, "BM") && StartsWith(bytes, "\0\0\0"sv, 15) &&
         std::find(kHeaderSizes.begin(), kHeaderSizes.end(), bytes[14]) != kHeaderSizes.end();
}

bool IsPnm(Bytes bytes) {
  return bytes.size() >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
         (std::isspace(bytes[2]) != 0 || bytes[2] == '#');
}

bool IsTiff(Bytes bytes) {
  return StartsWith(bytes, "II*\0"sv) || StartsWith(bytes, "MM\0*"sv) ||
         StartsWith(bytes, "II+\0"sv) || StartsWith(bytes, "MM\0+"sv);
}

// The name of an ISO base media file (AVIF, HEIC, ...) by its brand.
std::string_view NameOfMediaFile(Bytes bytes) {
  if (!StartsWith(bytes, "ftyp", 4) || bytes.size() < 12) {
    return "";
  }
  const std::string_view brand = AsText(bytes).substr(8, 4);
  if (brand == "avif" || brand == "avis") {
    return "AVIF";
  }
  constexpr std::array kHeic{"heic"sv, "heix"sv, "hevc"sv, "hevx"sv,
                             "heim"sv, "heis"sv, "mif1"sv, "msf1"sv};
  return std::find(kHeic.begin(), kHeic.end(), brand) != kHeic.end() ? "HEIC" : "video";
}

// The name of a format written as text, for the start of a file.
std::string_view NameOfMarkup(Bytes bytes) {
  constexpr std::size_t kEnough = 2048;
  std::string start(AsText(bytes.first(std::min(bytes.size(), kEnough))));
  std::transform(start.begin(), start.end(), start.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  start.erase(0, start.find_first_not_of("\xEF\xBB\xBF \t\r\n"));
  if (!start.starts_with('<')) {
    return "";
  }
  if (start.find("<svg") != std::string::npos) {
    return "SVG";
  }
  return start.find("<html") != std::string::npos || start.starts_with("<!doctype html") ? "HTML"
                                                                                         : "";
}

}  // namespace

std::optional<Format> SniffFormat(Bytes bytes) {
  if (StartsWith(bytes, "\xFF\xD8\xFF")) {
    return Format::kJpeg;
  }
  if (StartsWith(bytes, "\x89PNG\r\n\x1A\n")) {
    return Format::kPng;
  }
  if (StartsWith(bytes, "RIFF") && StartsWith(bytes, "WEBP", 8)) {
    return Format::kWebp;
  }
  if (IsTiff(bytes)) {
    return Format::kTiff;
  }
  if (IsBmp(bytes)) {
    return Format::kBmp;
  }
  if (IsPnm(bytes)) {
    return Format::kPnm;
  }
  return std::nullopt;
}

std::string_view NameOf(Format format) {
  switch (format) {
    case Format::kJpeg:
      return "JPEG";
    case Format::kPng:
      return "PNG";
    case Format::kBmp:
      return "BMP";
    case Format::kTiff:
      return "TIFF";
    case Format::kWebp:
      return "WebP";
    case Format::kPnm:
      return "PNM";
  }
  return "";
}

std::string_view NameOfUnsupported(Bytes bytes) {
  struct Signature {
    std::string_view bytes;
    std::string_view name;
  };
  constexpr std::array kSignatures{
      Signature{"GIF8", "GIF"},
      Signature{"\xFF\x0A", "JPEG XL"},
      Signature{"\0\0\0\x0CJXL \r\n\x87\n"sv, "JPEG XL"},
      Signature{"\0\0\0\x0CjP  \r\n\x87\n"sv, "JPEG 2000"},
      Signature{"\xFF\x4F\xFF\x51", "JPEG 2000"},
      Signature{"%PDF", "PDF"},
      Signature{"8BPS", "Photoshop"},
      Signature{"\0\0\1\0"sv, "ICO"},
      Signature{"v/1\1", "OpenEXR"},
      Signature{"P7\n", "PAM"},
      Signature{"PF\n", "PFM"},
      Signature{"Pf\n", "PFM"},
  };
  for (const Signature& signature : kSignatures) {
    if (StartsWith(bytes, signature.bytes)) {
      return signature.name;
    }
  }
  const std::string_view media = NameOfMediaFile(bytes);
  return media.empty() ? NameOfMarkup(bytes) : media;
}

}  // namespace gradcam
