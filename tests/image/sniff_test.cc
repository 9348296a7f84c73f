#include "image/sniff.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "image/image_testing.h"

namespace gradcam {
namespace {

std::vector<std::uint8_t> ToBytes(const std::string& text) { return {text.begin(), text.end()}; }

TEST(Sniff, FormatsAreToldByContent) {
  EXPECT_EQ(SniffFormat(testing::ReadSample("jpeg_420.jpg")), Format::kJpeg);
  EXPECT_EQ(SniffFormat(testing::ReadSample("png_rgb.png")), Format::kPng);
  EXPECT_EQ(SniffFormat(testing::ReadSample("bmp_rgb.bmp")), Format::kBmp);
  EXPECT_EQ(SniffFormat(testing::ReadSample("exif_1.tif")), Format::kTiff);
  EXPECT_EQ(SniffFormat(testing::ReadSample("tiff_rgb16_big_endian.tif")), Format::kTiff);
  EXPECT_EQ(SniffFormat(testing::ReadSample("webp_rgba.webp")), Format::kWebp);
  EXPECT_EQ(SniffFormat(testing::ReadSample("pnm_p4.pbm")), Format::kPnm);
}

TEST(Sniff, OtherBytesAreNoPicture) {
  for (const char* text : {"", "B", "BMW is a car, not a picture", "P6", "P8\n", "RIFF1234WAVE"}) {
    EXPECT_EQ(SniffFormat(ToBytes(text)), std::nullopt) << text;
    EXPECT_EQ(NameOfUnsupported(ToBytes(text)), "") << text;
  }
}

struct Case {
  std::string start;
  std::string name;
};

class Unsupported : public ::testing::TestWithParam<Case> {};

TEST_P(Unsupported, FormatIsNamed) {
  EXPECT_EQ(SniffFormat(ToBytes(GetParam().start)), std::nullopt);
  EXPECT_EQ(NameOfUnsupported(ToBytes(GetParam().start)), GetParam().name);
}

INSTANTIATE_TEST_SUITE_P(
    Known, Unsupported,
    ::testing::Values(Case{"GIF89a", "GIF"},
                      Case{std::string("\0\0\0\x1C", 4) + "ftypavif", "AVIF"},
                      Case{std::string("\0\0\0\x1C", 4) + "ftypheic", "HEIC"},
                      Case{std::string("\0\0\0\x1C", 4) + "ftypmif1", "HEIC"},
                      Case{std::string("\0\0\0\x1C", 4) + "ftypisom", "video"},
                      Case{"\xFF\x0A\x01", "JPEG XL"},
                      Case{std::string("\0\0\0\x0CJXL \r\n\x87\n", 12), "JPEG XL"},
                      Case{std::string("\0\0\0\x0CjP  \r\n\x87\n", 12), "JPEG 2000"},
                      Case{"<?xml version=\"1.0\"?>\n<svg width=\"1\"/>", "SVG"},
                      Case{" \n<SVG/>", "SVG"}, Case{"<!DOCTYPE html><html>", "HTML"},
                      Case{"%PDF-1.7", "PDF"}, Case{"P7\nWIDTH 1", "PAM"}));

}  // namespace
}  // namespace gradcam
