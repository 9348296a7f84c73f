#include "page/page_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "page/assets.h"

namespace gradcam {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::ordered_json;

constexpr const char* kUrl = "data:image/jpeg;base64,AAAA";

PageEntry Entry(const std::string& file) {
  PageEntry entry;
  entry.file = file;
  entry.state = "ok";
  entry.explained = PagePrediction{"cat", 3, 0.5};
  entry.top = {*entry.explained};
  PageMap map;
  map.state = "ok";
  map.tiles = {PageTile{kUrl, "data:,b"}, PageTile{kUrl, ""}, PageTile{"", "data:,b"}};
  entry.maps = {map};
  return entry;
}

std::string HtmlOf(const PageBody& body) {
  PageHead head;
  head.title = "out & <b>\"";
  return PageHtml(head, body) + PageEnd(PageIndex(head.states));
}

// The text of the element <script ... id="ID">.
std::string ScriptText(const std::string& html, const std::string& id) {
  const std::size_t begin = html.find(">", html.find("id=\"" + id + "\"")) + 1;
  return html.substr(begin, html.find("</script", begin) - begin);
}

TEST(PageBody, ShowsAPictureOfNeighboursByOneNumber) {
  PageBody body;
  body.Add(Entry("a"));
  body.Add(Entry("a"));
  EXPECT_THAT(body.pictures(), ElementsAre(kUrl, "data:,b"));
  const Json entry = Json::parse(body.entries()[1]);
  EXPECT_EQ(entry["maps"][0]["tiles"], Json::parse("[[0,1],[0,-1],[-1,1]]"));
}

TEST(PageBody, CountsItsBytes) {
  PageBody body;
  body.Add(Entry("a"));
  const std::size_t before = body.bytes();
  PageEntry entry = Entry("b");
  entry.maps[0].tiles[0].picture = std::string(5000, 'x');
  body.Add(entry);
  EXPECT_GE(body.bytes(), before + 5000);
}

TEST(PageBody, TellsOfAPairItsSidesAndWhetherTheAnswerIsRight) {
  PageEntry entry = Entry("a");
  entry.has_large_tile = false;
  entry.top[0].side = "baseline";
  entry.truth = {{"dog", 4, 0.25}, false};
  PageBody body;
  body.Add(entry);
  const Json json = Json::parse(body.entries()[0]);
  EXPECT_EQ(json["pair"], true);
  EXPECT_EQ(json["top"][0], Json::parse(R"(["cat",3,0.5,"baseline"])"));
  EXPECT_EQ(json["truth"], Json::parse(R"(["dog",4,0.25])"));
  EXPECT_EQ(json["right"], false);
}

TEST(PageHtml, UntrustedTextsStayTexts) {
  const std::string nasty =
      "</script><script>alert(1)</script><!--\xE2\x80\xA8\"'&\xFF\x01{{script}}";
  PageEntry entry = Entry(nasty);
  entry.explained->label = nasty;
  entry.error = nasty;
  PageBody body;
  body.Add(entry);
  const std::string html = HtmlOf(body);
  EXPECT_THAT(html, Not(HasSubstr("alert(1)</script>")));
  EXPECT_THAT(html, Not(HasSubstr("\xE2\x80\xA8")));
  const Json parsed = Json::parse(ScriptText(html, "entries"));
  const std::string text =
      "</script><script>alert(1)</script><!--\xE2\x80\xA8\"'&\xEF\xBF\xBD\x01{{script}}";
  EXPECT_EQ(parsed[0]["file"], text);
  EXPECT_EQ(parsed[0]["class"][0], text);
  EXPECT_EQ(parsed[0]["error"], text);
}

TEST(PageHtml, TheTitleIsEscaped) {
  EXPECT_THAT(HtmlOf({}), HasSubstr("<title>out &amp; &lt;b&gt;&quot;"));
}

TEST(PageHtml, HoldsScriptAndStyleWhole) {
  const std::string html = HtmlOf({});
  EXPECT_THAT(html, HasSubstr("<script>" + std::string(PageScript()) + "</script>"));
  EXPECT_THAT(html, HasSubstr("<style>" + std::string(PageStyle()) + "</style>"));
  EXPECT_THAT(html, Not(HasSubstr("{{")));
}

TEST(PageHtml, AllowsNothingFromElsewhere) {
  PageBody body;
  body.Add(Entry("a"));
  const std::string html = HtmlOf(body);
  EXPECT_THAT(html, AllOf(HasSubstr("default-src 'none'; img-src data:; style-src 'sha256-"),
                          Not(HasSubstr("unsafe-inline"))));
  for (const char* source : {"http:", "https:", "src=\"", "@import", "url("}) {
    EXPECT_THAT(html, Not(HasSubstr(source)));
  }
}

TEST(PageHtml, AllowsFilesWhereItLinksToThem) {
  PageEntry entry = Entry("a");
  entry.maps[0].tiles[0].picture = "./a.png";
  PageBody body;
  body.Add(entry);
  EXPECT_THAT(HtmlOf(body), HasSubstr("img-src data: file: 'self';"));
}

TEST(PageHtml, PutsPicturesIntoElementsOfAHundred) {
  PageBody body;
  for (int i = 0; i < 150; ++i) {
    PageEntry entry = Entry("a");
    entry.maps[0].tiles = {PageTile{"data:," + std::to_string(i), ""}, PageTile{}, PageTile{}};
    body.Add(entry);
  }
  const std::string html = HtmlOf(body);
  EXPECT_EQ(Json::parse(ScriptText(html, "head"))["picturesTogether"], 100);
  EXPECT_EQ(Json::parse(ScriptText(html, "pictures-0")).size(), 100U);
  EXPECT_EQ(Json::parse(ScriptText(html, "pictures-1"))[49], "data:,149");
}

TEST(PageHtml, NumbersThatAreNotFiniteAreNull) {
  PageEntry entry = Entry("a");
  entry.explained->probability = std::numeric_limits<double>::quiet_NaN();
  PageBody body;
  body.Add(entry);
  EXPECT_TRUE(Json::parse(body.entries()[0])["class"][2].is_null());
}

TEST(PageHtml, OneOfSeveralMayOpenTheOthersAndSaysWhichItIs) {
  const PagePart part{.number = 1, .first_page = "a & \"b\".html"};
  const std::string html = PageHtml({}, {}, part);
  EXPECT_THAT(html, StartsWith(PartBeginning(part)));
  EXPECT_THAT(PartBeginning(part), StartsWith(PageBeginning()));
  EXPECT_THAT(html, HasSubstr("content=\"2 of a &amp; &quot;b&quot;.html\""));
  EXPECT_THAT(html, HasSubstr("img-src data:; frame-src file: 'self';"));
  EXPECT_EQ(Json::parse(ScriptText(html, "head"))["page"], 1);
  EXPECT_THAT(HtmlOf({}), Not(HasSubstr("frame-src")));
}

}  // namespace
}  // namespace gradcam
