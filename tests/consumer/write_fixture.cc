// Writes tiny.pt and picture.png into the folder given: what the consumer explains.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "explain/tiny_model.h"
#include "gradcam/draw.h"
#include "gradcam/image.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    return EXIT_FAILURE;
  }
  const std::filesystem::path folder = argv[1];
  gradcam::WriteTinyModel(folder / "tiny.pt", gradcam::TinyCard());

  gradcam::Image picture{4, 4, std::vector<std::uint8_t>(48, 0)};
  for (std::size_t pixel = 0; pixel < 16; ++pixel) {
    picture.rgb[3 * pixel] = static_cast<std::uint8_t>(pixel);
  }
  const std::vector<std::uint8_t> png = gradcam::EncodePng(picture);
  std::ofstream file(folder / "picture.png", std::ios::binary);
  file.write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
  return file ? EXIT_SUCCESS : EXIT_FAILURE;
}
