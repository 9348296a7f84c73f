#pragma once

namespace gradcam {

// What the program returns; docs/cli.md has the table.
enum ExitCode : int {
  kExitDone = 0,
  kExitSomeFailed = 1,     // one or more pictures failed
  kExitNothingDone = 2,    // bad usage, no picture, model or device cannot be used
  kExitInterrupted = 130,  // SIGINT or SIGTERM
};

}  // namespace gradcam
