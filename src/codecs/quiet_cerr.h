#pragma once

#include <ostream>
#include <streambuf>

namespace gradcam {

// Lets everything through to std::cerr except what a thread writes while it holds a Mute: OpenCV's
// imdecode prints the reason of a failure there and offers no way to turn that off.
class QuietCerr : public std::streambuf {
 public:
  // Takes the place of `stream`'s buffer until it is destroyed.
  explicit QuietCerr(std::ostream& stream);
  ~QuietCerr() override;
  QuietCerr(const QuietCerr&) = delete;
  QuietCerr& operator=(const QuietCerr&) = delete;

  // Silences the thread that makes it.
  class Mute {
   public:
    Mute();
    ~Mute();
    Mute(const Mute&) = delete;
    Mute& operator=(const Mute&) = delete;
  };

 protected:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  std::ostream& stream_;
  std::streambuf* original_;
};

}  // namespace gradcam
