#include "run/inputs/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "gradcam/error.h"
#include "run/inputs/folder_walk.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> Names(const InputListing& listing) {
  std::vector<std::string> names;
  names.reserve(listing.pictures.size());
  for (std::size_t i = 0; i < listing.pictures.size(); ++i) {
    names.push_back(listing.pictures.NameOf(i));
  }
  return names;
}

InputListing List(const InputOptions& options, const std::string& standard_input = "",
                  const std::optional<FileIdentity>& excluded = std::nullopt) {
  const FileHandle in = FileWith(standard_input);
  return ListInputs(options, excluded, in.get());
}

InputListing List(const std::vector<std::string>& inputs, const std::string& standard_input = "",
                  const std::optional<FileIdentity>& excluded = std::nullopt) {
  return List(InputOptions{inputs, std::nullopt, false}, standard_input, excluded);
}

// "message | hint"
std::string UsageError(const InputOptions& options, const std::string& standard_input) {
  try {
    static_cast<void>(List(options, standard_input));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return std::string(error.what()) + " | " + error.hint();
  }
  return "no error";
}

TEST(Inputs, AreThePicturesOfAFolderInBytewiseOrderOfTheirPaths) {
  const TemporaryFolder folder;
  for (const char* name : {"b.PNG", "a/z.jpg", "a-1.jpeg", "a.Tiff", "B.webp", "a/note.txt", "c",
                           ".hidden.jpg", ".git/x.jpg", "jpg"}) {
    folder.Write(name, "x");
  }
  const InputListing listing = List({folder.path().string()});
  // '-' < '.' < '/' and capitals before small letters.
  EXPECT_THAT(Names(listing), ElementsAre("B.webp", "a-1.jpeg", "a.Tiff", "a/z.jpg", "b.PNG"));
  EXPECT_EQ(listing.skipped, 3);  // note.txt, c and jpg
  EXPECT_EQ(listing.pictures.PathOf(3), folder / "a/z.jpg");
}

TEST(Inputs, KnowThePictureExtensions) {
  for (const char* name : {"a.jpg", "a.jpeg", "a.jpe", "a.jfif", "a.png", "a.bmp", "a.dib", "a.tif",
                           "a.tiff", "a.webp", "a.pbm", "a.pgm", "a.ppm", "a.pnm", "a.b.JPG"}) {
    EXPECT_TRUE(HasPictureExtension(name)) << name;
  }
  for (const char* name : {"a.gif", "a.json", "a.jpg.bak", "jpg", "a.", "a.npy"}) {
    EXPECT_FALSE(HasPictureExtension(name)) << name;
  }
}

TEST(Inputs, DoNotEnterTheExcludedFolderByAnyName) {
  const TemporaryFolder folder;
  folder.Write("a.jpg", "x");
  folder.Write("out/a.panel.png", "x");
  fs::create_directory_symlink("out", folder / "link");
  const auto out = IdentityOf(folder / "out");
  EXPECT_THAT(Names(List({folder.path().string()}, "", out)), ElementsAre("a.jpg"));
}

TEST(Inputs, EnterNoFolderTwiceHoweverManyLinksLeadThere) {
  const TemporaryFolder folder;
  const std::vector<std::string> names = {"a", "b", "c", "d"};
  for (const std::string& name : names) folder.Write(name + "/p.jpg", "x");
  for (const std::string& from : names) {
    for (const std::string& to : names) {
      fs::create_directory_symlink(folder / to, folder / (from + "/" + "to_" + to));
    }
  }
  const InputListing listing = List({folder.path().string()});
  EXPECT_THAT(Names(listing), ElementsAre("a/p.jpg", "b/p.jpg", "c/p.jpg", "d/p.jpg"));
  EXPECT_EQ(listing.warnings.size(), 16U);
}

TEST(Inputs, FollowLinksToFoldersButNotRoundInCircles) {
  const TemporaryFolder folder;
  const TemporaryFolder other;
  other.Write("o.jpg", "x");
  folder.Write("a/b.jpg", "x");
  fs::create_directory_symlink("..", folder / "a/up");
  fs::create_directory_symlink(other.path(), folder / "other");
  fs::create_symlink("self", folder / "self");
  const InputListing listing = List({folder.path().string()});
  EXPECT_THAT(Names(listing), ElementsAre("a/b.jpg", "other/o.jpg"));
  EXPECT_THAT(listing.warnings,
              ElementsAre(HasSubstr("a/up' leads to a folder that was entered before")));
  ASSERT_EQ(listing.failures.size(), 1U);
  EXPECT_THAT(listing.failures[0].error, HasSubstr("cannot follow"));
  EXPECT_THAT(listing.failures[0].error, HasSubstr("self': "));
}

TEST(Inputs, FailForALinkThatMayHaveLedToAFolder) {
  const TemporaryFolder folder;
  folder.Write("classB/b.jpg", "x");
  for (const char* name : {"classA", "2024.05", "notes.txt", "cat.jpg"}) {
    fs::create_symlink("/nowhere/at all", folder / name);
  }
  const InputListing listing = List({folder.path().string()});
  std::vector<std::string> failed;
  for (const Failure& failure : listing.failures) {
    failed.push_back(fs::path(failure.file).filename());
    EXPECT_THAT(failure.error, HasSubstr("': no such file or directory"));
  }
  EXPECT_THAT(failed, UnorderedElementsAre("classA", "2024.05"));
  EXPECT_THAT(Names(listing), ElementsAre("cat.jpg", "classB/b.jpg"));
  EXPECT_EQ(listing.skipped, 1);  // notes.txt
}

TEST(Inputs, LeaveOutPipesWithAWarningAndKeepLinksThatLeadNowhere) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe.jpg").c_str(), 0600), 0);
  fs::create_symlink("nothing.jpg", folder / "broken.jpg");
  const InputListing listing = List({folder.path().string()});
  EXPECT_THAT(Names(listing), ElementsAre("broken.jpg"));
  EXPECT_THAT(listing.warnings, ElementsAre(HasSubstr("pipe.jpg' is no regular file")));
  EXPECT_EQ(listing.skipped, 1);
}

TEST(Inputs, NamedByThemselvesAreAlwaysTaken) {
  const TemporaryFolder folder;
  folder.Write(".hidden", "x");
  EXPECT_THAT(Names(List({(folder / ".hidden").string(), "/nowhere/missing.jpg"})),
              ElementsAre(".hidden", "missing.jpg"));
}

TEST(Inputs, OfAListKeepTheirPathBelowTheirCommonParent) {
  EXPECT_THAT(Names(List({"@-"}, "/p/a/1.jpg\n/p/b/c/2.jpg\n\n  \n/p/b/../b/3.jpg")),
              ElementsAre("a/1.jpg", "b/c/2.jpg", "b/3.jpg"));
  EXPECT_THAT(Names(List({"@-"}, "/p/ab/1.jpg\n/p/a/1.jpg\n")), ElementsAre("ab/1.jpg", "a/1.jpg"));
  EXPECT_THAT(Names(List({"@-"}, "/p/ab/1.jpg\n")), ElementsAre("1.jpg"));
  EXPECT_THAT(Names(List({"@-"}, "x/1.jpg\n./y/1.jpg\n")), ElementsAre("x/1.jpg", "y/1.jpg"));
}

TEST(Inputs, OfAListWrittenOnWindowsAreTheSame) {
  const TemporaryFolder folder;
  folder.Write("list.txt", "\xEF\xBB\xBF/p/1.jpg\r\n\r\n/p/two words.jpg\r\n");
  const InputListing listing = List({"@" + (folder / "list.txt").string()});
  EXPECT_THAT(Names(listing), ElementsAre("1.jpg", "two words.jpg"));
  EXPECT_EQ(listing.pictures.PathOf(0), "/p/1.jpg");
}

TEST(Inputs, GivenTwiceAreDoneOnce) {
  const TemporaryFolder folder;
  folder.Write("a/cat.jpg", "x");
  const std::string picture = (folder / "a/cat.jpg").string();
  const InputListing listing =
      List({folder.path().string(), picture, (folder / "a/./../a/cat.jpg").string()});
  EXPECT_THAT(Names(listing), ElementsAre("a/cat.jpg"));
  EXPECT_THAT(
      listing.warnings,
      ElementsAre("'" + picture + "' is given more than once; done once, and so are 1 more"));
}

TEST(Inputs, AreNotTheSameForTheirNamesIfALinkLeadsElsewhere) {
  const TemporaryFolder folder;
  folder.Write("cat.jpg", "x");
  folder.Write("other/a/dog.jpg", "x");
  folder.Write("other/cat.jpg", "another");
  fs::create_directory_symlink("other/a", folder / "link");
  const InputListing listing =
      List({(folder / "cat.jpg").string(), (folder / "link/../cat.jpg").string()});
  EXPECT_THAT(Names(listing), ElementsAre("cat.jpg", "cat.jpg"));
  EXPECT_THAT(listing.warnings, IsEmpty());
}

TEST(Inputs, OfAListKeepTheirPathBelowTheRoot) {
  const InputOptions options{{"@-"}, "/p", false};
  EXPECT_THAT(Names(List(options, "/p/a/1.jpg\n/p/a/../b/2.jpg\n")),
              ElementsAre("a/1.jpg", "b/2.jpg"));
  EXPECT_THAT(UsageError(options, "/p/1.jpg\n/pq/2.jpg\n"),
              HasSubstr("list on stdin, line 2: '/pq/2.jpg' is not below the root '/p'"));
  EXPECT_THAT(Names(List({{"@-"}, "/", false}, "/p/1.jpg\n")), ElementsAre("p/1.jpg"));
}

TEST(Inputs, OfAListOfNulSeparatedPathsMayHoldAnything) {
  const std::string list("/p/a\nb.jpg\0/p/ .jpg\0\0/p/{\"c\",path", 33);
  EXPECT_THAT(Names(List({{"@-"}, std::nullopt, true}, list)),
              ElementsAre("a\nb.jpg", " .jpg", "{\"c\",path"));
  EXPECT_THAT(UsageError({{"@-"}, std::nullopt, false}, list), HasSubstr("--null"));
}

TEST(Inputs, HaveTheClassThatAListGivesThem) {
  const InputListing listing =
      List({"@-"}, "class,path\n7,/p/1.jpg\ntiger cat,/p/2.jpg\n7,/p/3.jpg\n");
  ASSERT_EQ(listing.pictures.size(), 3U);
  EXPECT_EQ(listing.pictures[0].truth.value().index, 7);
  EXPECT_EQ(listing.pictures[1].truth.value().label, "tiger cat");
  EXPECT_EQ(listing.pictures.ClassOf(0), listing.pictures.ClassOf(2));
  ASSERT_EQ(listing.pictures.classes().size(), 2U);
  EXPECT_EQ(listing.pictures.classes()[1].place, "list on stdin, line 3");
}

TEST(Inputs, HaveOneClassEach) {
  EXPECT_THAT(UsageError({{"@-"}, std::nullopt, false}, "path,class\na.jpg,1\n./a.jpg,cat\n"),
              HasSubstr("lists give './a.jpg' two different classes: 1 and 'cat'"));
  EXPECT_THAT(Names(List({"@-"}, "path,class\na.jpg,1\n./a.jpg,1\n")), ElementsAre("a.jpg"));
}

TEST(Inputs, HaveTheClassOfAListThoughAFolderHasThemToo) {
  const TemporaryFolder folder;
  for (const char* name : {"1.jpg", "2.jpg", "3.jpg"}) folder.Write(name, "x");
  const InputListing listing =
      List({folder.path().string(), "@-"}, "path,class\n" + (folder / "3.jpg").string() + ",7\n" +
                                               (folder / "2.jpg").string() + ",8\n");
  EXPECT_THAT(Names(listing), ElementsAre("1.jpg", "2.jpg", "3.jpg"));
  EXPECT_FALSE(listing.pictures[0].truth);
  EXPECT_EQ(listing.pictures[1].truth.value().index, 8);
  EXPECT_EQ(listing.pictures[2].truth.value().index, 7);
}

TEST(Inputs, KeepTheirClassesWhenOthersAreRemoved) {
  const InputListing listing = List({"@-"}, "path,class\na.jpg,1\na.jpg,1\nb.jpg,2\n");
  ASSERT_EQ(listing.pictures.size(), 2U);
  EXPECT_EQ(listing.pictures[1].truth.value().index, 2);
}

TEST(Inputs, OfAListThatCannotBeReadAreAUsageError) {
  const TemporaryFolder folder;
  for (const std::string& list : {folder.path().string(), (folder / "none.txt").string()}) {
    try {
      static_cast<void>(List({"@" + list}));
      FAIL() << list;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_THAT(error.what(), HasSubstr("cannot read list '" + list + "': "));
    }
  }
}

}  // namespace
}  // namespace gradcam
