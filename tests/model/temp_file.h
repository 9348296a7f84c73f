#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace gradcam {

// The path of a file called `name` in a folder of the running test.
inline std::filesystem::path TempFile(const std::string& name) {
  const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
  const auto folder = std::filesystem::path(::testing::TempDir()) / test->name();
  std::filesystem::create_directories(folder);
  return folder / name;
}

}  // namespace gradcam
