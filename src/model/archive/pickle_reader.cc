#include "model/archive/pickle_reader.h"

#include <bit>
#include <optional>

#include "gradcam/error.h"
#include "model/archive/little_endian.h"

namespace gradcam {
namespace {

[[noreturn]] void Damaged(const std::string& what) {
  throw Error(ErrorKind::kModel, "its pickle is damaged: " + what);
}

// How the bytes behind an opcode are laid out (pickletools.py documents all of them).
enum class Layout { kNone, kFixed, kLine, kTwoLines, kCounted };

struct Argument {
  Layout layout = Layout::kNone;
  std::size_t width = 0;  // of a fixed argument, or of the count in front of a counted one
};

std::optional<Argument> ArgumentOf(unsigned char op) {
  constexpr std::string_view kNoArgument{
      "(.0123N)RabQdel}]ostu\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98"};
  constexpr std::string_view kLine{"FILPSVgp"};
  const char c = static_cast<char>(op);
  if (kNoArgument.find(c) != std::string_view::npos) {
    return Argument{};
  }
  if (kLine.find(c) != std::string_view::npos) {
    return Argument{Layout::kLine};
  }
  switch (op) {
    case 'c':
    case 'i':
      return Argument{Layout::kTwoLines};
    case 'K':
    case 'h':
    case 'q':
    case 0x80:
    case 0x82:
      return Argument{Layout::kFixed, 1};
    case 'M':
    case 0x83:
      return Argument{Layout::kFixed, 2};
    case 'J':
    case 'j':
    case 'r':
    case 0x84:
      return Argument{Layout::kFixed, 4};
    case 'G':
    case 0x95:
      return Argument{Layout::kFixed, 8};
    case 'C':
    case 'U':
    case 0x8A:
    case 0x8C:
      return Argument{Layout::kCounted, 1};
    case 'B':
    case 'T':
    case 'X':
    case 0x8B:
      return Argument{Layout::kCounted, 4};
    case 0x8D:
    case 0x8E:
    case 0x96:
      return Argument{Layout::kCounted, 8};
    default:
      return std::nullopt;
  }
}

double BigEndianDouble(std::string_view bytes) {
  std::uint64_t bits = 0;
  for (const char c : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(c);
  }
  return std::bit_cast<double>(bits);
}

// Two's complement of up to 8 bytes.
std::int64_t SignedNumber(std::string_view bytes) {
  std::uint64_t value = LittleEndian(bytes);
  if (!bytes.empty() && bytes.size() < 8 &&
      (static_cast<unsigned char>(bytes.back()) & 0x80U) != 0) {
    value |= ~std::uint64_t{0} << (8 * bytes.size());
  }
  return static_cast<std::int64_t>(value);
}

}  // namespace

std::string_view PickleReader::Take(std::uint64_t size) {
  if (size > rest_.size()) {
    Damaged("it ends in the middle");
  }
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::string_view PickleReader::TakeLine() {
  const auto end = rest_.find('\n');
  if (end == std::string_view::npos) {
    Damaged("it ends in the middle");
  }
  const std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return line;
}

std::uint64_t PickleReader::TakeNumber(std::size_t width) { return LittleEndian(Take(width)); }

PickleToken PickleReader::Next() {
  const auto op = static_cast<unsigned char>(Take(1).front());
  const std::optional<Argument> argument = ArgumentOf(op);
  if (!argument) {
    Damaged("it holds an unknown opcode");
  }
  PickleToken token;
  // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): others have no name, but a layout
  token.op = static_cast<PickleOp>(op);
  switch (argument->layout) {
    case Layout::kNone:
      break;
    case Layout::kLine:
      token.text = TakeLine();
      break;
    case Layout::kTwoLines:
      token.text = TakeLine();
      token.name = TakeLine();
      break;
    case Layout::kCounted:
      token.text = Take(TakeNumber(argument->width));
      if (token.op == PickleOp::kLong1 && token.text.size() <= 8) {
        token.number = SignedNumber(token.text);
      }
      break;
    case Layout::kFixed: {
      const std::string_view bytes = Take(argument->width);
      if (token.op == PickleOp::kBinFloat) {
        token.real = BigEndianDouble(bytes);
      } else if (token.op == PickleOp::kBinInt) {
        token.number = SignedNumber(bytes);
      } else {
        token.number = static_cast<std::int64_t>(LittleEndian(bytes));
      }
      break;
    }
  }
  return token;
}

std::vector<std::string> PickledGlobals(std::string_view pickle) {
  constexpr std::size_t kEnough = 10'000;
  std::vector<std::string> globals;
  // Protocol 4 pushes module and name as strings; names that are used twice come from the memo and
  // are in the list already.
  std::string_view before_last;
  std::string_view last;
  try {
    for (PickleReader reader(pickle); globals.size() < kEnough;) {
      const PickleToken token = reader.Next();
      if (token.op == PickleOp::kStop) {
        break;
      }
      if (token.op == PickleOp::kGlobal) {
        globals.push_back(std::string(token.text) + "." + std::string(token.name));
      } else if (token.op == PickleOp::kStackGlobal) {
        globals.push_back(std::string(before_last) + "." + std::string(last));
      } else if (token.op == PickleOp::kShortBinUnicode || token.op == PickleOp::kBinUnicode) {
        before_last = last;
        last = token.text;
      }
    }
  } catch (const Error&) {
    return globals;  // what was read so far still tells what the file is
  }
  return globals;
}

}  // namespace gradcam
