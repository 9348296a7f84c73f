#include "core/plugin.h"

#include <dlfcn.h>
#include <link.h>

#include <system_error>

namespace gradcam {
namespace {

namespace fs = std::filesystem;

// The file of the program or shared library that holds this code; empty if it cannot be told.
fs::path FileOfThisCode() {
  Dl_info info{};
  void* extra = nullptr;
  if (dladdr1(reinterpret_cast<void*>(&FileOfThisCode), &info, &extra, RTLD_DL_LINKMAP) == 0) {
    return {};
  }
  // The dynamic linker knows the program itself only by its argv[0], and gives it an empty name
  // here.
  const auto* map = static_cast<const link_map*>(extra);
  const bool is_program = map == nullptr || map->l_name == nullptr || map->l_name[0] == '\0';
  std::error_code error;
  const fs::path file = fs::canonical(is_program ? "/proc/self/exe" : info.dli_fname, error);
  return error ? fs::path() : file;
}

}  // namespace

std::vector<fs::path> PluginFolders() {
  const fs::path file = FileOfThisCode();
  if (file.empty()) {
    return {};
  }
  const fs::path folder = file.parent_path();
  return {
      folder / "lib" / "gradcam",                           // build tree
      (folder / GRADCAM_PLUGIN_FOLDER).lexically_normal(),  // <prefix>/bin/gradcam
      folder / "gradcam",                                   // <prefix>/lib/libgradcam.so
  };
}

Plugin OpenPlugin(const std::string& name, int version, std::span<const fs::path> folders) {
  for (const fs::path& folder : folders) {
    const fs::path file = folder / ("libgradcam_" + name + ".so");
    std::error_code error;
    if (!fs::exists(file, error)) {
      continue;
    }
    // dlopen knows a library that is already open by its path, so this is cheap the second time.
    void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      // glibc keeps the message for each thread.
      const char* reason = dlerror();  // NOLINT(concurrency-mt-unsafe)
      return {nullptr, "cannot be loaded: " + std::string(reason == nullptr ? "" : reason)};
    }
    using Entry = void* (*)(int);
    const auto entry = reinterpret_cast<Entry>(dlsym(library, "GradcamPlugin"));
    void* interface = entry == nullptr ? nullptr : entry(version);
    if (interface == nullptr) {
      return {nullptr, "belongs to another version of gradcam ('" + file.string() + "')"};
    }
    return {interface, ""};
  }
  return {nullptr, "is not installed"};
}

}  // namespace gradcam
