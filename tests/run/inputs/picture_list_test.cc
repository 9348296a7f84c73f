#include "run/inputs/picture_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gradcam {
namespace {

using testing::ElementsAre;

std::vector<std::string> Names(const PictureList& pictures) {
  std::vector<std::string> names;
  names.reserve(pictures.size());
  for (std::size_t i = 0; i < pictures.size(); ++i) names.push_back(pictures.NameOf(i));
  return names;
}

TEST(AbsolutePath, IsTheShortestWriting) {
  for (const char* path : {"a/cat.jpg", "./a/cat.jpg", "a//cat.jpg", "b/../a/cat.jpg",
                           "/w/a/./cat.jpg", "a/cat.jpg/", "/w/a/cat.jpg", "//w/a/cat.jpg"}) {
    EXPECT_EQ(AbsolutePath(path, "/w"), "/w/a/cat.jpg") << path;
  }
  EXPECT_EQ(AbsolutePath("/", "/w"), "/");
  EXPECT_EQ(AbsolutePath(".", "/w"), "/w");
  EXPECT_EQ(AbsolutePath("..", "/w"), "/");
  EXPECT_EQ(AbsolutePath("...", "/w"), "/w/...");
}

TEST(NameBelow, IsTheRestOfThePath) {
  EXPECT_EQ(NameBelow("/p/a/cat.jpg", "/p"), "a/cat.jpg");
  EXPECT_EQ(NameBelow("/p/cat.jpg", "/"), "p/cat.jpg");
  EXPECT_FALSE(NameBelow("/pq/cat.jpg", "/p"));
  EXPECT_FALSE(NameBelow("/p", "/p"));
}

TEST(PictureList, NamesPicturesByTheirOrigin) {
  PictureList pictures("/w");
  pictures.Begin({PictureOrigin::Kind::kFolder, "photos"});
  pictures.Add("b/2.jpg");
  pictures.Add("a.jpg");
  pictures.SortOrigin();
  pictures.Begin({PictureOrigin::Kind::kList, {}});
  pictures.Add("lists/x/1.jpg");
  pictures.SetFolder("/w/lists");
  pictures.Begin({PictureOrigin::Kind::kAlone, {}});
  pictures.Add("../cat.jpg");
  EXPECT_THAT(Names(pictures), ElementsAre("a.jpg", "b/2.jpg", "x/1.jpg", "cat.jpg"));
  EXPECT_EQ(pictures.PathOf(0), "photos/a.jpg");
  EXPECT_EQ(pictures.AbsolutePathOf(1), "/w/photos/b/2.jpg");
  EXPECT_EQ(pictures.PathOf(2), "lists/x/1.jpg");
  EXPECT_EQ(pictures.AbsolutePathOf(3), "/cat.jpg");
}

TEST(PictureList, KnowsTrueClassesByNumber) {
  PictureList pictures("/w");
  pictures.Begin({PictureOrigin::Kind::kList, "/w"});
  const ListedClass cat{{ClassTarget::By::kLabel, 0, "cat"}, "line 2"};
  pictures.Add("1.jpg");
  pictures.Add("2.jpg", cat);
  pictures.Add("3.jpg", {cat.target, "line 3"});
  pictures.Add("4.jpg");
  EXPECT_EQ(pictures.ClassOf(0), -1);
  EXPECT_EQ(pictures.ClassOf(2), 0);
  EXPECT_EQ(pictures.ClassOf(3), -1);
  ASSERT_EQ(pictures.classes().size(), 1U);
  EXPECT_EQ(pictures.classes()[0].place, "line 2");
  EXPECT_EQ(pictures[1].truth.value().label, "cat");
  EXPECT_FALSE(pictures[3].truth);
  pictures.Remove({0, 2});
  EXPECT_THAT(Names(pictures), ElementsAre("2.jpg", "4.jpg"));
  EXPECT_EQ(pictures.ClassOf(0), 0);
}

}  // namespace
}  // namespace gradcam
