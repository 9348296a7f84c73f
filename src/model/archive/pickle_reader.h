#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gradcam {

// The opcodes of Python's pickle protocols 0 to 5 that gradcam tells apart.
enum class PickleOp : unsigned char {
  kMark = '(',
  kStop = '.',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinUnicode = 'X',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kEmptyDict = '}',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kEmptyList = ']',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kEmptyTuple = ')',
  kSetItems = 'u',
  kBinFloat = 'G',
  kProto = 0x80,
  kNewObj = 0x81,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8A,
  kShortBinUnicode = 0x8C,
  kStackGlobal = 0x93,
};

// One opcode with its argument; views into the pickle.
struct PickleToken {
  PickleOp op = PickleOp::kStop;
  std::int64_t number = 0;  // integers, memo indices; 0 for a kLong1 of more than 8 bytes
  double real = 0;          // kBinFloat
  std::string_view text;    // strings; the bytes of kLong1; the module of kGlobal
  std::string_view name;    // the name of kGlobal
};

// Cuts a pickle into opcodes. Nothing is executed and nothing is built.
class PickleReader {
 public:
  explicit PickleReader(std::string_view pickle) : rest_(pickle) {}

  // Throws Error(kModel) at an unknown opcode or the end of the bytes.
  [[nodiscard]] PickleToken Next();

  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  [[nodiscard]] std::string_view Take(std::uint64_t size);
  [[nodiscard]] std::string_view TakeLine();
  [[nodiscard]] std::uint64_t TakeNumber(std::size_t width);

  std::string_view rest_;
};

// The classes and functions ("torch._utils._rebuild_tensor_v2") that a pickle names, in order; up
// to where it ends or stops being a pickle. Throws nothing.
[[nodiscard]] std::vector<std::string> PickledGlobals(std::string_view pickle);

}  // namespace gradcam
