#include "cli/messages.h"

#include <iostream>

#include "cli/terminal.h"

namespace gradcam {
namespace {

// One write for a whole message, so that lines of several threads or programs do not mix.
void Write(const std::string& text) { std::cerr << text << std::flush; }

}  // namespace

void Messages::PrintError(const Error& error) const { PrintError(error.what(), error.hint()); }

void Messages::PrintError(const std::string& message, const std::string& hint) const {
  std::string text =
      "gradcam: " + Styled("error:", Style::kError, color_) + " " + OneLine(message) + "\n";
  if (!hint.empty()) text += Styled("hint:", Style::kHint, color_) + " " + OneLine(hint) + "\n";
  Write(text);
}

void Messages::PrintWarning(const std::string& message) const {
  if (verbosity_ == Verbosity::kQuiet) return;
  Write("gradcam: " + Styled("warning:", Style::kWarning, color_) + " " + OneLine(message) + "\n");
}

void Messages::PrintNote(const std::string& message) const {
  if (verbosity_ == Verbosity::kQuiet) return;
  Write("gradcam: " + OneLine(message) + "\n");
}

void Messages::PrintDetail(const std::string& message) const {
  if (verbosity_ == Verbosity::kVerbose) Write("gradcam: " + OneLine(message) + "\n");
}

}  // namespace gradcam
