#include "explain/fitting_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using Part = std::pair<std::size_t, std::size_t>;

// Remembers the parts that fitted into a memory of `room` pictures.
struct Memory {
  std::size_t room = 0;
  std::vector<Part> done;
  int released = 0;

  void Run(FittingBatch& batch, std::size_t count) {
    batch.Run(
        count,
        [&](std::size_t first, std::size_t size) {
          if (size > room) throw Error(ErrorKind::kMemory, "full", "buy more");
          done.emplace_back(first, size);
        },
        [&] { ++released; });
  }
};

TEST(FittingBatch, GoesAtOnceWhereItFits) {
  Memory memory{.room = 8, .done = {}};
  FittingBatch batch;
  memory.Run(batch, 8);
  EXPECT_THAT(memory.done, ElementsAre(Part{0, 8}));
  EXPECT_EQ(batch.limit(), 0U);
  EXPECT_EQ(batch.halved(), 0);
  EXPECT_EQ(memory.released, 0);
}

TEST(FittingBatch, KeepsToALimitFromTheBeginning) {
  Memory memory{.room = 8, .done = {}};
  FittingBatch batch(2);
  memory.Run(batch, 3);
  EXPECT_THAT(memory.done, ElementsAre(Part{0, 2}, Part{2, 1}));
  EXPECT_EQ(batch.limit(), 2U);
  EXPECT_EQ(batch.halved(), 0);
}

TEST(FittingBatch, IsHalvedUntilItFitsAndStaysSo) {
  Memory memory{.room = 3, .done = {}};
  FittingBatch batch;
  memory.Run(batch, 9);
  EXPECT_THAT(memory.done, ElementsAre(Part{0, 2}, Part{2, 2}, Part{4, 2}, Part{6, 2}, Part{8, 1}));
  EXPECT_EQ(batch.limit(), 2U);
  EXPECT_EQ(batch.halved(), 2);
  EXPECT_EQ(memory.released, 2);
  memory.Run(batch, 3);
  EXPECT_THAT(std::vector(memory.done.begin() + 5, memory.done.end()),
              ElementsAre(Part{0, 2}, Part{2, 1}));
  EXPECT_EQ(batch.halved(), 2);
}

TEST(FittingBatch, ShrinksAgainWhenMemoryDoes) {
  Memory memory{.room = 4, .done = {}};
  FittingBatch batch;
  memory.Run(batch, 8);
  memory.room = 1;
  memory.Run(batch, 2);
  EXPECT_EQ(batch.limit(), 1U);
}

TEST(FittingBatch, EndsWithThePictureThatDoesNotFitAlone) {
  Memory memory{.room = 0, .done = {}};
  FittingBatch batch;
  try {
    memory.Run(batch, 4);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    EXPECT_STREQ(error.what(), "full");
    EXPECT_EQ(error.hint(), "buy more");
  }
}

TEST(FittingBatch, LeavesOtherErrorsAlone) {
  FittingBatch batch;
  int calls = 0;
  EXPECT_THROW(batch.Run(
                   4,
                   [&](std::size_t, std::size_t) {
                     ++calls;
                     throw Error(ErrorKind::kModel, "no");
                   },
                   [] {}),
               Error);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(batch.halved(), 0);
}

}  // namespace
}  // namespace gradcam
