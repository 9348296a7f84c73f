#pragma once

#include <filesystem>

namespace gradcam {

// Exchanges two folders of one file system in one step: at no time is either name missing. Where
// the file system cannot do that, ExchangeByRenames. Throws Error(kOutput); then nothing has
// changed.
void ExchangeFolders(const std::filesystem::path& a, const std::filesystem::path& b);

// The same with three renames; a third name beside `a` is used in between, and `a` is missing for a
// moment. If one fails, those before it are undone.
void ExchangeByRenames(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace gradcam
