#include <string>
#include <vector>

#include "cli/environment.h"
#include "cli/program.h"

int main(int argc, char** argv) {
  const std::vector<std::string> command_line(argv + (argc > 0 ? 1 : 0), argv + argc);
  return gradcam::RunProgram(command_line, gradcam::ReadEnvironment());
}
