#pragma once

#include <string>

#include "gradcam/error.h"

namespace gradcam {

enum class Verbosity { kQuiet, kNormal, kVerbose };

// Writes the program's messages to stderr, each on one line.
class Messages {
 public:
  Messages(Verbosity verbosity, bool color) : verbosity_(verbosity), color_(color) {}

  // "gradcam: error: <what>", and "hint: <hint>" on the next line if there is one.
  void PrintError(const Error& error) const;
  void PrintError(const std::string& message, const std::string& hint) const;
  // "gradcam: warning: <message>"; not with kQuiet.
  void PrintWarning(const std::string& message) const;
  // "gradcam: <message>"; not with kQuiet.
  void PrintNote(const std::string& message) const;
  // "gradcam: <message>"; only with kVerbose.
  void PrintDetail(const std::string& message) const;

  [[nodiscard]] Verbosity verbosity() const { return verbosity_; }

 private:
  Verbosity verbosity_;
  bool color_;
};

}  // namespace gradcam
