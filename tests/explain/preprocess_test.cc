#include "explain/preprocess.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <numeric>

#include "gradcam/error.h"
#include "model/device/fake_device.h"

namespace gradcam {
namespace {

// A picture whose bytes count up by `step`.
Image Counting(int width, int height, int step = 1) {
  Image image{width, height, {}};
  for (int byte = 0; byte < width * height * 3; ++byte) {
    image.rgb.push_back(static_cast<std::uint8_t>(byte * step));
  }
  return image;
}

Preprocess Size(int height, int width) {
  Preprocess preprocess;
  preprocess.height = height;
  preprocess.width = width;
  return preprocess;
}

std::vector<PreparedPicture> Prepared(const std::vector<Image>& images,
                                      const Preprocess& preprocess) {
  std::vector<PreparedPicture> pictures;
  for (const Image& image : images) pictures.push_back(PreparePicture(image, preprocess));
  return pictures;
}

at::Tensor InputOf(const Image& image, const Preprocess& preprocess) {
  return InputOf(Prepared({image}, preprocess), preprocess);
}

TEST(InputOf, TurnsPixelsIntoPlanes) {
  const at::Tensor input = InputOf(Counting(2, 1), Size(1, 2));
  // Pixels (0, 1, 2) and (3, 4, 5).
  EXPECT_TRUE(at::equal(input, at::tensor({0.0F, 3.0F, 1.0F, 4.0F, 2.0F, 5.0F}).view({1, 3, 1, 2})))
      << input;
}

TEST(InputOf, AppliesScaleMeanAndStdOfEachColourAlsoInBgr) {
  Preprocess preprocess = Size(1, 1);
  preprocess.scale = 2;
  preprocess.mean = {1, 2, 3};
  preprocess.std = {1, 2, 4};
  const Image image{1, 1, {10, 20, 30}};
  // (10/2 - 1)/1 = 4, (20/2 - 2)/2 = 4, (30/2 - 3)/4 = 3.
  EXPECT_TRUE(
      at::equal(InputOf(image, preprocess), at::tensor({4.0F, 4.0F, 3.0F}).view({1, 3, 1, 1})));
  preprocess.bgr = true;
  EXPECT_TRUE(
      at::equal(InputOf(image, preprocess), at::tensor({3.0F, 4.0F, 4.0F}).view({1, 3, 1, 1})));
}

TEST(InputOf, EqualsTorchvision) {
  // torchvision 0.26 on Pillow: Resize(4, BICUBIC), CenterCrop(3), ToTensor, Normalize of a 7x5
  // picture whose bytes are 0, 2, 4, ...
  Preprocess preprocess = Size(3, 3);
  preprocess.mode = ResizeMode::kShorter;
  preprocess.shorter_side = 4;
  preprocess.scale = 255;
  preprocess.mean = {0.485, 0.456, 0.406};
  preprocess.std = {0.229, 0.224, 0.225};
  const at::Tensor expected =
      at::tensor(
          {-1.8610327243804932, -1.7069098949432373, -1.552787184715271,   -0.9876701831817627,
           -0.8335474133491516, -0.6794246435165405, -0.0629335269331932,  0.09118937700986862,
           0.2453121542930603,  -1.7380951642990112, -1.580532193183899,   -1.422969102859497,
           -0.8452380299568176, -0.6876749992370605, -0.5301119685173035,  0.1001400575041771,
           0.2577032148838043,  0.415266215801239,   -1.4732897281646729,  -1.3164269924163818,
           -1.1595641374588013, -0.5844007730484009, -0.42753803730010986, -0.27067530155181885,
           0.3567756712436676,  0.5136385560035706,  0.6705012917518616},
          at::kDouble)
          .view({1, 3, 3, 3});
  const at::Tensor values = InputOf(Counting(7, 5, 2), preprocess).to(at::kDouble);
  // The same float32 operations in the same order; one unit in the last place of 2 is 2.4e-7.
  EXPECT_LT((values - expected).abs().max().item<double>(), 2.5e-7) << values;
}

TEST(InputOf, StacksSeveralPicturesOfAnySize) {
  const std::vector<Image> pictures{Counting(5, 3), Counting(2, 9), Counting(4, 4)};
  const Preprocess preprocess = Size(4, 6);
  const at::Tensor input = InputOf(Prepared(pictures, preprocess), preprocess);
  EXPECT_EQ(input.sizes(), (at::IntArrayRef{3, 3, 4, 6}));
  for (std::size_t n = 0; n < pictures.size(); ++n) {
    EXPECT_TRUE(
        at::equal(input[static_cast<std::int64_t>(n)], InputOf(pictures[n], preprocess)[0]));
  }
}

TEST(InputOf, BringsPicturesToADeviceInParts) {
  std::vector<Image> images;
  for (int n = 0; n < 200; ++n) images.push_back(Counting(3 + n % 7, 4 + n % 3));
  const Preprocess preprocess = Size(5, 6);
  const auto pictures = Prepared(images, preprocess);
  FakeDevice device;
  StagedCopies copies(device);
  const at::Tensor found = InputOf(pictures, preprocess, copies);
  EXPECT_TRUE(at::equal(found, InputOf(pictures, preprocess)));
  EXPECT_GE(device.copies(), 3);  // each buffer more than once
}

TEST(InputOf, GoesOnAfterAPictureThatWasNotPreparedForIt) {
  const Preprocess preprocess = Size(5, 6);
  auto pictures = Prepared(std::vector<Image>(200, Counting(3, 4)), preprocess);
  pictures.back() = PreparePicture(Counting(3, 4), Size(4, 6));
  FakeDevice device;
  StagedCopies copies(device);
  // Copies are on their way to memory that nobody else holds any more.
  EXPECT_THROW(static_cast<void>(InputOf(pictures, preprocess, copies)), Error);
  pictures.pop_back();
  EXPECT_TRUE(at::equal(InputOf(pictures, preprocess, copies), InputOf(pictures, preprocess)));
}

TEST(PreparePicture, TellsWhichPartTheNetworkSees) {
  EXPECT_EQ(PreparePicture(Counting(2, 1), Size(1, 2)).seen, (Rect{0, 0, 2, 1}));
}

TEST(PreparePicture, RefusesAPictureWithoutItsBytes) {
  EXPECT_THROW(static_cast<void>(PreparePicture(Image{2, 2, {1, 2, 3}}, Size(2, 2))), Error);
  EXPECT_THROW(static_cast<void>(PreparePicture(Image{}, Size(2, 2))), Error);
}

}  // namespace
}  // namespace gradcam
