#include <string>
#include <vector>

#include "cli/environment.h"
#include "cli/program.h"
#include "cli/signals.h"

namespace {

// The loader calls this before the initialisers of the shared libraries, of which LibTorch's alone
// take some tenths of a second: a signal would otherwise end the process with its own exit code.
[[gnu::used, gnu::section(".preinit_array")]] void (*const end_on_signal)() = gradcam::EndOnSignal;

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> command_line(argv + (argc > 0 ? 1 : 0), argv + argc);
  return gradcam::RunProgram(command_line, gradcam::ReadEnvironment());
}
