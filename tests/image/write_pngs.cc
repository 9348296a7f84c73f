// Writes PNG files into the folder given; check_pngs.py reads them with Pillow.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "gradcam/draw.h"

namespace {

void Write(const std::filesystem::path& file, const std::vector<std::uint8_t>& bytes) {
  std::ofstream stream(file, std::ios::binary);
  for (const std::uint8_t byte : bytes) {
    stream.put(static_cast<char>(byte));
  }
}

// Pixel i is (i, i * 7, i / 256), each modulo 256; its index is i * 11 modulo 256.
void WritePair(const std::filesystem::path& folder, int width, int height) {
  gradcam::Image image{width, height, {}};
  gradcam::IndexedImage indexed{width, height, {}};
  for (int i = 0; i < width * height; ++i) {
    for (const int value : {i, i * 7, i / 256}) {
      image.rgb.push_back(static_cast<std::uint8_t>(value));
    }
    indexed.indices.push_back(static_cast<std::uint8_t>(i * 11));
  }
  const std::string size = std::to_string(width) + "x" + std::to_string(height);
  Write(folder / ("rgb_" + size + ".png"), gradcam::EncodePng(image));
  Write(folder / ("indexed_" + size + ".png"),
        gradcam::EncodePng(indexed, gradcam::PaletteOf(gradcam::Colormap::kViridis)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    return 2;
  }
  for (const auto& [width, height] :
       {std::pair{1, 1}, std::pair{1, 5000}, std::pair{640, 480}, std::pair{2000, 1500}}) {
    WritePair(argv[1], width, height);
  }
}
