// Times of the image kernels at the size of an ImageNet picture and of a camera's. One thread.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gradcam/draw.h"
#include "gradcam/image.h"
#include "gradcam/map.h"
#include "image/resample.h"

namespace gradcam {
namespace {

constexpr int kNetworkSide = 224;
constexpr int kMapSide = 7;
constexpr double kAlpha = 0.5;

// A smooth picture with a little noise, as photographs are: PNG's filters and deflate take their
// usual time on it, which they do neither on one colour nor on pure noise.
Image Photograph(int width, int height) {
  Image image{width, height, {}};
  image.rgb.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  std::uint32_t noise = 1;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        noise = noise * 1664525U + 1013904223U;
        const double wave = std::sin(0.011 * x + channel) * std::cos(0.017 * y);
        image.rgb.push_back(static_cast<std::uint8_t>(124 + 120 * wave + (noise >> 29U)));
      }
    }
  }
  return image;
}

// One hot spot, as most Grad-CAM maps have.
Map HotSpot() {
  Map map{kMapSide, kMapSide, {}};
  for (int y = 0; y < kMapSide; ++y) {
    for (int x = 0; x < kMapSide; ++x) {
      map.values.push_back(1.0F / static_cast<float>(1 + (x - 2) * (x - 2) + (y - 3) * (y - 3)));
    }
  }
  return map;
}

int Width(const benchmark::State& state) { return static_cast<int>(state.range(0)); }
int Height(const benchmark::State& state) { return static_cast<int>(state.range(1)); }

Rect Whole(const benchmark::State& state) { return {0, 0, Width(state), Height(state)}; }

IndexedImage Heatmap(const benchmark::State& state) {
  return DrawHeatmap(HotSpot(), Width(state), Height(state), Whole(state));
}

Image Overlay(const benchmark::State& state) {
  return DrawOverlay(Photograph(Width(state), Height(state)), Heatmap(state),
                     PaletteOf(Colormap::kJet), kAlpha, Whole(state));
}

// Calls `kernel` as often as Google Benchmark wants and reports the pixels of the picture a second.
template <typename Kernel>
void Time(benchmark::State& state, const Kernel& kernel) {
  for (auto _ : state) {
    auto result = kernel();
    benchmark::DoNotOptimize(result);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(1));
}

void BM_Resample(benchmark::State& state, ResizeFilter filter) {
  const Image picture = Photograph(Width(state), Height(state));
  Time(state, [&] { return Resample(picture, kNetworkSide, kNetworkSide, filter); });
}

void BM_Upsample(benchmark::State& state) {
  const Map map = HotSpot();
  Time(state, [&] { return Upsample(map, Width(state), Height(state)); });
}

void BM_DrawHeatmap(benchmark::State& state) {
  Time(state, [&] { return Heatmap(state); });
}

void BM_DrawOverlay(benchmark::State& state) {
  const Image picture = Photograph(Width(state), Height(state));
  const IndexedImage heatmap = Heatmap(state);
  const Palette& palette = PaletteOf(Colormap::kJet);
  Time(state, [&] { return DrawOverlay(picture, heatmap, palette, kAlpha, Whole(state)); });
}

void BM_EncodePngIndexed(benchmark::State& state) {
  const IndexedImage heatmap = Heatmap(state);
  const Palette& palette = PaletteOf(Colormap::kJet);
  Time(state, [&] { return EncodePng(heatmap, palette); });
}

void BM_EncodePngRgb(benchmark::State& state) {
  const Image overlay = Overlay(state);
  Time(state, [&] { return EncodePng(overlay); });
}

void PictureSizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"width", "height"})->Unit(benchmark::kMillisecond);
  benchmark->Args({500, 375})->Args({4000, 3000});
}

BENCHMARK_CAPTURE(BM_Resample, bicubic, ResizeFilter::kBicubic)->Apply(PictureSizes);
BENCHMARK_CAPTURE(BM_Resample, bilinear, ResizeFilter::kBilinear)->Apply(PictureSizes);
BENCHMARK(BM_Upsample)->Apply(PictureSizes);
BENCHMARK(BM_DrawHeatmap)->Apply(PictureSizes);
BENCHMARK(BM_DrawOverlay)->Apply(PictureSizes);
BENCHMARK(BM_EncodePngIndexed)->Apply(PictureSizes);
BENCHMARK(BM_EncodePngRgb)->Apply(PictureSizes);

}  // namespace
}  // namespace gradcam
