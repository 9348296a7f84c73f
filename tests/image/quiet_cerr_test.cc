#include "codecs/quiet_cerr.h"

#include <gtest/gtest.h>

#include <sstream>
#include <thread>

namespace gradcam {
namespace {

TEST(QuietCerr, DropsOnlyWhatTheMutedThreadWrites) {
  std::ostringstream stream;
  {
    const QuietCerr quiet(stream);
    stream << "before ";
    {
      const QuietCerr::Mute mute;
      stream << "muted" << 'x' << std::flush;
      std::thread([&stream] { stream << "other "; }).join();
    }
    stream << "after" << ' ';
  }
  stream << "restored";
  EXPECT_EQ(stream.str(), "before other after restored");
}

}  // namespace
}  // namespace gradcam
