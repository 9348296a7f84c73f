#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace gradcam {

// Plug-ins are shared libraries `libgradcam_NAME.so` with one C function,
//
//   extern "C" void* GradcamPlugin(int version);
//
// which returns an implementation of an interface that the program declares, or null if it was
// built for another version of that interface. They are opened on demand and never closed.

// The folders where the plug-ins of this program, or of the shared library that holds this code,
// lie: beside a program in the build tree and in an installation.
[[nodiscard]] std::vector<std::filesystem::path> PluginFolders();

// A plug-in, or why there is none.
struct Plugin {
  void* interface = nullptr;  // lives as long as the process
  std::string problem;        // empty if it was opened; "is not installed", "cannot be loaded: ..."
};

// Opens `libgradcam_NAME.so` from the first folder that has it. A missing plug-in is a normal
// state: nothing is thrown.
[[nodiscard]] Plugin OpenPlugin(const std::string& name, int version,
                                std::span<const std::filesystem::path> folders);

}  // namespace gradcam
