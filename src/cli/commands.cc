#include "cli/commands.h"

#include <algorithm>

#include "compare/limits.h"
#include "compare/short_number.h"

namespace gradcam {
namespace {

OptionSpec ModelsDirOption() {
  return Option("--models-dir", "DIR", "look for models by name here first")
      .Variable("GRADCAM_MODELS");
}

OptionSpec CardOption() {
  return Option("--card", "FILE", "JSON card of the model, in place of the one in its file");
}

OptionSpec TrustOption() {
  return Flag("--trust-model",
              "run the file although it holds operators outside the allow-list: such a "
              "file can read and write files");
}

OptionSpec InputSizeOption() {
  return Option("--input-size", "N|HxW", "size of the network's input");
}

OptionSpec ThreadsOption() {
  return Option("--threads", "N", "CPU threads").Default("the cores that this process may use");
}

OptionGroup ModelOptions() {
  return {"Model",
          {Option("-m,--model", "NAME|FILE",
                  "a TorchScript file, or a name that 'gradcam models' lists")
               .Variable("GRADCAM_MODEL"),
           ModelsDirOption(),
           Option("--layer", "NAME",
                  "layer whose maps are drawn; NAME#k is the k-th call of a layer used "
                  "more than once, conv#-1 the last convolution")
               .Default("the card's, else the last feature map"),
           CardOption(), TrustOption()}};
}

OptionGroup PictureOptions() {
  return {"Pictures",
          {Option("-i,--image", "PATH",
                  "a picture, a folder (with its subfolders), @list.txt, or @- for a list "
                  "on stdin; repeatable; plain arguments mean the same. A list holds a path a "
                  "line, or CSV or JSON lines with path,class: the true classes")
               .Repeatable(),
           Option("--root", "DIR", "entries of lists keep their path below DIR")
               .Default("their common parent"),
           Flag("--null", "paths in lists end with a NUL byte, as find -print0 writes them"),
           Option("--shard", "K/N",
                  "every N-th picture from the K-th on; run.K-of-N.json instead of run.json"),
           Option("--exif", "MODE", "EXIF orientation: apply or ignore").Default("apply"),
           Option("--alpha-channel", "MODE",
                  "transparent pictures: drop (stored colours), white (over white), or premultiply "
                  "(weighted when resized, drawn over white)")
               .Default("drop"),
           Option("--max-pixels", "N", "refuse larger pictures").Default("200000000")}};
}

OptionGroup ExplanationOptions() {
  return {"Explanation",
          {Option("--preset", "NAME",
                  "a set of options; notebook stands for --preprocess notebook --exif ignore "
                  "--alpha-channel premultiply --score prob --colormap jet --alpha 0.6 --upsample "
                  "skimage --normalize minmax --output-size input; options given beside it win"),
           Option("--class", "CLASS",
                  "class to explain: top, an index, a label (label:7 for a label of digits), or "
                  "truth (the one that a list gives); repeatable")
               .Default("top")
               .Repeatable(),
           Option("--only", "KIND",
                  "write results of pictures with a wrong or with a right prediction only; the "
                  "true classes stand in a list"),
           Option("--top-k", "N", "how many predictions are listed").Default("5"),
           Option("--score", "NAME", "what is differentiated: logodds, logit, prob, logprob")
               .Default("logodds")}};
}

OptionGroup PreprocessOptions() {
  return {
      "Preprocessing, in place of the card's; x = (pixel / SCALE - MEAN) / STD",
      {Option("--preprocess", "NAME", "one of the card's preprocessings")
           .Default("the card's first"),
       InputSizeOption(), Option("--scale", "S", "pixels are divided by this"),
       Option("--mean", "R,G,B", "then this is taken away"),
       Option("--std", "R,G,B", "then divided by this"),
       Flag("--bgr", "the network takes blue, green, red"),
       Option("--resize", "FILTER", "bicubic or bilinear"),
       Option("--crop", "F", "shorter side to floor(size / F), then a centre crop"),
       Option("--output-kind", "KIND", "what the network's outputs are: softmax, logits, sigmoid"),
       Option("--labels", "FILE", "names of the classes: JSON, or one a line")}};
}

constexpr const char* kOutputNames =
    "gradcam, saliency, gradcam-overlay, saliency-overlay, panel, input (what the network saw), "
    "raw, map (as drawn), json";

// `outputs`: the names that --write takes.
OptionGroup FileOptions(const std::string& outputs) {
  return {
      "Files",
      {Option("-o,--output", "DIR", "folder of the results, made if missing")
           .Default("gradcam-out"),
       Option("--write", "LIST", "comma-separated: " + outputs)
           .Default("gradcam,saliency,gradcam-overlay,saliency-overlay,json"),
       Option("--format", "NAME", "of overlays and panels: png, jpg, webp").Default("png"),
       Option("--colormap", "NAME", "jet, turbo, viridis, inferno, grey").Default("jet"),
       Option("--alpha", "A", "opacity of the map in overlays, 0...1").Default("0.5"),
       Option("--upsample", "MODE",
              "how maps are enlarged, bilinear in both: edge (clamped at the border) or skimage "
              "(mirrored)")
           .Default("edge"),
       Option(
           "--normalize", "MODE",
           "first and last colour: max (0 and the largest value) or minmax (the smallest and the "
           "largest drawn value)")
           .Default("max"),
       Option("--output-size", "SIZE", "drawings have the size of the picture or of the input")
           .Default("picture"),
       Flag("--keep-ext", "output names keep the input's extension")}};
}

OptionGroup RunOptionsGroup() {
  return {
      "Run",
      {Option("--device", "NAME", "auto (the first CUDA device, or the CPU), cpu, cuda[:N]")
           .Default("auto")
           .Variable("GRADCAM_DEVICE"),
       Option("--engine", "NAME",
              "who computes the feature maps: auto (what is fastest for the run), libtorch, or "
              "openvino (an error where it cannot)")
           .Default("auto"),
       Option("--precision", "NAME",
              "numbers of the feature maps: float32, tf32 (CUDA), bfloat16, float16; head and "
              "gradient are always float32")
           .Default("float32"),
       Flag("--force-precision", "also where the device has no fast instructions for it"),
       Option("--batch-size", "N", "pictures computed together").Default("chosen by timing"),
       Flag("--deterministic",
            "the same bytes on every run: nothing is chosen by timing, every picture is "
            "computed alone"),
       Flag("--timing", "tell the time of each stage"), ThreadsOption(),
       Flag("--dry-run",
            "list what would be written and removed, with --resume what is left of that, and do "
            "nothing"),
       Option("--io-threads", "N",
              "threads that read, decode, draw and write pictures beside the network")
           .Default("the cores that this process may use"),
       Flag("--resume",
            "skip pictures whose results are complete and made from the same picture with the same "
            "model and settings; needs json or jsonl in --write"),
       Flag("--fail-fast", "stop at the first picture that fails"),
       Flag("--strict", "an empty or flat map is a failure"),
       Flag("--self-check",
            "compare the cut network's scores with a plain forward pass, for every "
            "picture")
           .Default("the first of several pictures"),
       Flag("--no-self-check", "never compare them"),
       Option("--progress", "WHEN",
              "auto or always (a line on a terminal, elsewhere one every 10 seconds), never")
           .Default("auto")}};
}

// `group` without the options of these long names.
OptionGroup Without(OptionGroup group, const std::vector<std::string>& names) {
  std::erase_if(group.options, [&](const OptionSpec& option) {
    const std::string name = option.names.substr(option.names.find("--"));
    return std::find(names.begin(), names.end(), name) != names.end();
  });
  return group;
}

std::vector<OptionSpec> MessageOptions() {
  return {Flag("-q,--quiet", "errors only"), Flag("-v,--verbose", "tell more on stderr"),
          Option("--color", "WHEN", "auto, always, never; NO_COLOR is honoured").Default("auto"),
          Flag("--version", "print the version"), Flag("-h,--help", "print this help")};
}

OptionGroup TalkOptions() {
  std::vector<OptionSpec> options = MessageOptions();
  options.insert(options.begin(),
                 Flag("--json", "one JSON document on stdout in place of the table"));
  return {"Output", options};
}

}  // namespace

CommandSpec ExplainCommand() {
  return {
      .usage =
          "Usage: gradcam --model NAME|FILE [OPTIONS] PICTURE...\n"
          "       gradcam layers MODEL [OPTIONS]\n"
          "       gradcam models [OPTIONS]\n"
          "       gradcam compare BASELINE CURRENT [OPTIONS]\n"
          "       gradcam report DIR [OPTIONS]\n"
          "       gradcam worker --model NAME|FILE [OPTIONS]\n",
      .description =
          "Shows why a TorchScript image classifier chose a class: Grad-CAM and saliency maps.\n"
          "\n"
          "Commands:\n"
          "  (none)                       explain pictures\n"
          "  layers MODEL                 list the layers of a model\n"
          "  models                       list the known models\n"
          "  compare BASELINE CURRENT     compare two folders of results, for regression checks\n"
          "  report DIR                   make an HTML page of results\n"
          "  worker                       explain pictures that requests on stdin name",
      .groups = {ModelOptions(), PictureOptions(), ExplanationOptions(), PreprocessOptions(),
                 FileOptions(std::string(kOutputNames) + ", jsonl (all reports in results.jsonl)"),
                 RunOptionsGroup(), TalkOptions()},
      .footer =
          "Examples:\n"
          "  gradcam --model efficientnet_lite0 --image cat.jpg\n"
          "  gradcam -m efficientnet_lite0 --class tabby --class 'tiger cat' -o why "
          "cat.jpg photos/\n"
          "  gradcam -m resnet.pt --layer layer4 --scale 255 --mean 0.485,0.456,0.406 "
          "\\\n"
          "          --std 0.229,0.224,0.225 --crop 0.875 --json cat.jpg\n"
          "\n"
          "Exit codes: 0 every picture done, 1 some failed, 2 nothing was done, 130 "
          "interrupted.\n"};
}

CommandSpec WorkerCommand() {
  OptionGroup pictures = Without(PictureOptions(), {"--image", "--root", "--null", "--shard"});
  pictures.options.insert(
      pictures.options.begin(),
      Option("--root", "DIR", "pictures without a name of their own keep their path below DIR")
          .Default("the working folder"));
  return {
      .usage = "Usage: gradcam worker --model NAME|FILE [OPTIONS]\n",
      .description =
          "A long-lived process for schedulers: reads requests from stdin, one line of JSON each, "
          "and\n"
          "answers each with one line of JSON on stdout, in their order. The first line says that "
          "it is\n"
          "ready. docs/worker.md describes the lines.\n"
          "\n"
          "  {\"id\": 1, \"image\": \"photos/cat.jpg\"}\n"
          "  {\"id\": 2, \"images\": [\"dog.jpg\", {\"image\": \"/data/x.jpg\", \"name\": "
          "\"a/x.jpg\"}]}",
      .groups = {ModelOptions(),
                 pictures,
                 Without(ExplanationOptions(), {"--only"}),
                 PreprocessOptions(),
                 FileOptions(kOutputNames),
                 Without(RunOptionsGroup(),
                         {"--timing", "--dry-run", "--fail-fast", "--strict", "--progress"}),
                 {"Output", MessageOptions()}},
      .footer =
          "Exit codes: 0 stdin has ended and all is answered, 1 nobody reads stdout or the device "
          "was\n"
          "lost, 2 no request was taken, 130 interrupted.\n"};
}

CommandSpec LayersCommand() {
  return {.usage = "Usage: gradcam layers MODEL [OPTIONS]\n",
          .description =
              "Lists the layers of a TorchScript file: name, type, output shape, and whether the\n"
              "network can be cut there; the default layer is marked with *.",
          .groups = {{"Model",
                      {ModelsDirOption(), CardOption(), InputSizeOption(), TrustOption(),
                       ThreadsOption()}},
                     TalkOptions()},
          .footer = ""};
}

CommandSpec ModelsCommand() {
  return {.usage = "Usage: gradcam models [OPTIONS]\n",
          .description = "Lists the known models: those with a card, and the exported files.",
          .groups = {{"Model", {ModelsDirOption()}}, TalkOptions()},
          .footer = ""};
}

CommandSpec CompareCommand() {
  const Limits limits;
  return {
      .usage = "Usage: gradcam compare BASELINE CURRENT [OPTIONS]\n",
      .description =
          "Regression check: compares two folders of results, matched by relative path, or two\n"
          "reports. Predictions must be the same within --max-prob-diff, maps within the other\n"
          "limits: the raw maps (.npy) if both sides have them, else the heatmaps. Maps are "
          "compared\n"
          "normalised to 0...1.",
      .groups =
          {{"Limits",
            {Option("--max-diff", "D", "largest difference of any cell of two maps, 0...1")
                 .Default(ShortNumber(limits.max_difference)),
             Option("--max-rmse", "D", "root mean square difference of two maps, 0...1")
                 .Default(ShortNumber(limits.max_rmse)),
             Option("--min-corr", "R", "Pearson correlation of two maps, -1...1")
                 .Default(ShortNumber(limits.min_correlation)),
             Option("--min-iou", "F", "overlap of the hottest 20 % of two maps, 0...1")
                 .Default(ShortNumber(limits.min_iou)),
             Option("--max-peak-shift", "F",
                    "distance of the peaks, in diagonals of the map, 0...1")
                 .Default(ShortNumber(limits.max_peak_shift)),
             Option("--max-prob-diff", "P", "difference of a probability, 0...1")
                 .Default(ShortNumber(limits.max_probability_difference))}},
           {"What may differ",
            {Flag("--allow-missing", "pictures that only BASELINE has"),
             Flag("--allow-new", "pictures that only CURRENT has"),
             Flag("--allow-setup-change",
                  "another layer, layer shape, score, preprocessing, number of classes or "
                  "labels; maps of two sizes are enlarged to the larger"),
             Flag("--same-model",
                  "demand the same model file (SHA-256); another one is only noted without")}},
           {"Files",
            {Option("--junit", "FILE", "JUnit report, one test case a picture"),
             Option("--diff-dir", "DIR",
                    "both maps and their difference as PNG, of pictures that failed"),
             Option("--html", "FILE",
                    "HTML page with both maps, their difference and the measures, worst first"),
             Flag("--update", "then make BASELINE a copy of CURRENT in one step; exit code 0")}},
           TalkOptions()},
      .footer =
          "Examples:\n"
          "  gradcam -m model.pt --write json,raw -o baseline photos/\n"
          "  gradcam -m retrained.pt --write json,raw -o current photos/\n"
          "  gradcam compare baseline current --junit gradcam.xml --diff-dir diff\n"
          "  gradcam compare baseline current --update\n"
          "\n"
          "Exit codes: 0 the same within the limits, 1 regressions, 2 bad usage, or results that\n"
          "cannot be read or compared.\n"};
}

CommandSpec ReportCommand() {
  return {
      .usage = "Usage: gradcam report DIR [OPTIONS]\n",
      .description =
          "Writes one HTML page of the results in DIR, an output folder of the main job: "
          "pictures,\n"
          "heatmaps and overlays with their classes, to be searched, sorted and filtered in a\n"
          "browser. The page needs no network and no other file.",
      .groups = {{"Page",
                  {Option("-o,--output", "FILE",
                          "the page; above 50 MB it goes on in FILE-2, FILE-3, ...")
                       .Default("DIR/report.html"),
                   Option("--images", "DIR", "folder of the pictures that were explained")
                       .Default("the inputs in run.json"),
                   Flag(
                       "--link",
                       "refer to the pictures in their files, in full size, in place of thumbnails "
                       "inside the page"),
                   ThreadsOption()}},
                 {"Output", MessageOptions()}},
      .footer =
          "Pictures that are not found are shown as their overlays.\n"
          "\n"
          "Exit codes: 0 the page is written, 2 it is not.\n"};
}

}  // namespace gradcam
