#include "model/archive/pickle_values.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/frontend/script_type_parser.h>

#include <optional>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using c10::IValue;
using std::string_literals::operator""s;
using ::testing::HasSubstr;

// What the pickle asked a tensor for.
struct Asked {
  std::optional<PickledTensor> tensor;
};

IValue Read(const std::string& opcodes, Asked* asked = nullptr) {
  const PickleResolver resolver{
      [asked](const PickledTensor& tensor) {
        if (asked != nullptr) {
          asked->tensor = tensor;
        }
        return at::ones({2});
      },
      [](const std::string& name) { return torch::jit::ScriptTypeParser().parseType(name); },
      [](const c10::ClassTypePtr&, const IValue& state) { return state; }};
  return ReadPickledValue("\x80\x02" + opcodes + ".", resolver);
}

std::string Refusal(const std::string& opcodes) {
  try {
    Read(opcodes);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string Text(const std::string& text) {
  return "X"s + static_cast<char>(text.size()) + "\0\0\0"s + text;
}

// restore_type_tag(value, type)
std::string Typed(const std::string& value, const std::string& type) {
  return "ctorch.jit._pickle\nrestore_type_tag\n" + value + Text(type) + "\x86R";
}

const std::string kFloats =
    "(" + Text("storage") + "ctorch\nFloatStorage\n" + Text("0") + Text("cuda:0") + "K\x06tQ";

TEST(PickleValues, ReadsPlainValues) {
  EXPECT_EQ(Read("K\x07").toInt(), 7);
  EXPECT_TRUE(Read("\x88").toBool());
  EXPECT_TRUE(Read("N").isNone());
  EXPECT_EQ(Read(Text("cat")).toStringRef(), "cat");
  EXPECT_EQ(
      Read("cbuiltins\ncomplex\nG\x40\0\0\0\0\0\0\0G\0\0\0\0\0\0\0\0\x86R"s).toComplexDouble(),
      c10::complex<double>(2, 0));
}

TEST(PickleValues, GivesListsAndDictsTheTypesTheyState) {
  EXPECT_EQ(*Read("ctorch.jit._pickle\nbuild_intlist\n](K\x01K\x02"
                  "e\x85R")
                 .type(),
            *c10::ListType::ofInts());
  EXPECT_EQ(Read(Typed("](" + Text("a") + "e", "List[str]")).type()->str(), "str[]");
  EXPECT_EQ(Read(Typed("}(" + Text("a") + "K\x01u", "Dict[str, int]")).type()->str(),
            "Dict(str, int)");
}

TEST(PickleValues, PutsEveryDeviceOnTheCpu) {
  EXPECT_TRUE(Read("ctorch\ndevice\n" + Text("cuda:1") + "\x85R").toDevice().is_cpu());
}

TEST(PickleValues, DescribesTensors) {
  Asked asked;
  const auto value = Read("ctorch._utils\n_rebuild_tensor_v2\n(" + kFloats +
                              "K\x01K\x02K\x02\x86K\x02K\x01\x86\x88"
                              "ccollections\nOrderedDict\n)RtR",
                          &asked);
  EXPECT_TRUE(value.isTensor());
  ASSERT_TRUE(asked.tensor);
  EXPECT_EQ(asked.tensor->storage, "0");
  EXPECT_EQ(asked.tensor->dtype, at::kFloat);
  EXPECT_EQ(asked.tensor->storage_numel, 6);
  EXPECT_EQ(asked.tensor->offset, 1);
  EXPECT_EQ(asked.tensor->sizes, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(asked.tensor->strides, (std::vector<std::int64_t>{2, 1}));
}

TEST(PickleValues, RefusesElementsOfAnotherTypeThanStated) {
  EXPECT_THAT(Refusal(Typed("](K\x01"
                            "e",
                            "List[Tensor]")),
              HasSubstr("not a List[Tensor]"));
  EXPECT_THAT(Refusal(Typed("}(K\x01K\x01u", "Dict[str, int]")), HasSubstr("not a Dict"));
  EXPECT_THAT(Refusal("ctorch.jit._pickle\nbuild_tensorlist\n](K\x01"
                      "e\x85R"),
              HasSubstr("different kinds"));
}

TEST(PickleValues, RefusesAStatedTypeThatElementsOnlyShareByName) {
  // A list of lists whose inner lists are of another type.
  const std::string inner = Typed(
      "](K\x01"
      "e",
      "List[int]");
  EXPECT_EQ(Refusal(Typed("](" + inner + "e", "List[List[int]]")), "");
  EXPECT_NE(Refusal(Typed("](" + inner + "e", "List[List[str]]")), "");
}

TEST(PickleValues, RefusesAListThatHoldsItself) {
  EXPECT_THAT(Refusal("]q\0h\0a"s), HasSubstr("changed after its use"));
}

TEST(PickleValues, RefusesToFillAListThatIsPartOfAnother) {
  EXPECT_THAT(Refusal("]q\0]h\0ah\0K\1a\x86"s), HasSubstr("changed after its use"));
}

TEST(PickleValues, RefusesToChangeTheTypeOfAListThatIsPartOfAnother) {
  // A tuple holds the list while its type is still open; later a type is stated.
  const std::string type = "X\x09\0\0\0List[int]"s;
  EXPECT_THAT(Refusal("](K\1"
                      "eq\0\x85"
                      "ctorch.jit._pickle\nrestore_type_tag\nh\0"s +
                      type + "\x86R\x86"),
              HasSubstr("after its use"));
  // The pair itself is held by something before it is called.
  EXPECT_THAT(Refusal("](K\1"
                      "e"s +
                      type +
                      "\x86q\0\x85"
                      "ctorch.jit._pickle\nrestore_type_tag\nh\0R\x86"s),
              HasSubstr("after its use"));
}

TEST(PickleValues, RefusesDeepNesting) {
  std::string deep = ")";
  for (int i = 0; i < 100'000; ++i) {
    deep += '\x85';
  }
  EXPECT_THAT(Refusal(deep), HasSubstr("too deeply"));
  std::string lists(200'000, ']');
  lists += std::string(199'999, 'a');
  EXPECT_THAT(Refusal(lists), HasSubstr("too deeply"));
}

TEST(PickleValues, RefusesAMemoWithGaps) {
  // Filling the gap would take 64 GiB.
  EXPECT_THAT(Refusal("Nr\xFF\xFF\xFF\xFF"), HasSubstr("memo"));
  EXPECT_THAT(Refusal("h\x07"), HasSubstr("memo"));
}

TEST(PickleValues, RefusesStringsBeyondTheEnd) {
  EXPECT_THAT(Refusal("X\xFF\xFF\xFF\x7F"), HasSubstr("ends in the middle"));
}

TEST(PickleValues, RefusesMissingValues) {
  for (const std::string& opcodes : {"\x86"s, "R"s, "b"s, "t"s, "Q"s, "K\1e"s, "](u"s, "K\1K\2"s,
                                     ""s, "(("s, "K\1)\x81"s, "K\1)R"s, ")b"s, "K\1q\0q\5"s}) {
    EXPECT_NE(Refusal(opcodes), "");
  }
}

TEST(PickleValues, CallsNothingButWhatTorchScriptWrites) {
  EXPECT_THAT(Refusal("cos\nsystem\n" + Text("true") + "\x85R"), HasSubstr("'os.system'"));
  EXPECT_THAT(Refusal("cbuiltins\neval\n" + Text("1") + "\x85R"), HasSubstr("'builtins.eval'"));
  EXPECT_NE(Refusal("ctorch.jit._pickle\nbuild_tensor_from_id\nK\1\x85R"s), "");
}

TEST(PickleValues, SaysThatQuantizedNetworksCannotBeUsed) {
  EXPECT_THAT(Refusal("ctorch._utils\n_rebuild_qtensor\n)R"), HasSubstr("quantized"));
  EXPECT_THAT(Refusal("c__torch__.torch.classes.quantized\nLinearPackedParamsBase\n)\x81}b"),
              HasSubstr("quantized"));
  EXPECT_THAT(Refusal("c__torch__.torch.classes.mine\nThing\n)\x81}b"), HasSubstr("C++ class"));
}

TEST(ConformsTo, LooksIntoTuples) {
  const auto type = torch::jit::ScriptTypeParser().parseType("Tuple[int, Optional[str]]");
  const auto tuple = [](std::vector<IValue> elements) {
    return IValue(c10::ivalue::Tuple::create(std::move(elements)));
  };
  EXPECT_TRUE(ConformsTo(tuple({1, "a"}), *type));
  EXPECT_TRUE(ConformsTo(tuple({1, IValue()}), *type));
  EXPECT_FALSE(ConformsTo(tuple({1, 2}), *type));
  EXPECT_FALSE(ConformsTo(tuple({1}), *type));
  EXPECT_FALSE(ConformsTo(IValue(1), *type));
}

}  // namespace
}  // namespace gradcam
