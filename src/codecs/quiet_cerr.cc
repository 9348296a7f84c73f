#include "codecs/quiet_cerr.h"

namespace gradcam {
namespace {

thread_local bool muted = false;

}  // namespace

QuietCerr::QuietCerr(std::ostream& stream) : stream_(stream), original_(stream.rdbuf(this)) {}

QuietCerr::~QuietCerr() {
  if (stream_.rdbuf() == this) {
    stream_.rdbuf(original_);
  }
}

QuietCerr::Mute::Mute() { muted = true; }

QuietCerr::Mute::~Mute() { muted = false; }

QuietCerr::int_type QuietCerr::overflow(int_type c) {
  if (muted || traits_type::eq_int_type(c, traits_type::eof())) {
    return traits_type::not_eof(c);
  }
  return original_->sputc(traits_type::to_char_type(c));
}

std::streamsize QuietCerr::xsputn(const char* text, std::streamsize size) {
  return muted ? size : original_->sputn(text, size);
}

int QuietCerr::sync() { return muted ? 0 : original_->pubsync(); }

}  // namespace gradcam
