#include "run/picture_work.h"

#include <utility>

#include "run/picture_files.h"

namespace gradcam {

std::variant<PictureFile, EarlierReport> ReadUnlessDone(
    const Job& job, const OpenedPicture& opened, const DecodeOptions& decode,
    const std::optional<EarlierResults>& earlier) {
  PictureFile file = ReadPictureOf(job, opened.file, decode);
  auto report = earlier ? earlier->Find(job, file.sha256) : std::nullopt;
  if (report) return std::move(*report);
  return file;
}

PictureWork WorkOfRun(const PictureExplainer& explainer, const DecodeOptions& decode,
                      const std::optional<EarlierResults>& earlier,
                      std::function<const RunContext&()> context) {
  return {.open = [&decode](const Job& job) { return OpenPictureOf(job, decode); },
          .read =
              [&decode, &earlier](const Job& job, const OpenedPicture& opened) {
                return ReadUnlessDone(job, opened, decode, earlier);
              },
          .decode =
              [&explainer, &decode](const Job& job, PictureFile file) {
                LoadedPicture loaded = DecodePictureOf(job, std::move(file), decode);
                loaded.prepared = explainer.Prepare(loaded.picture.image);
                return loaded;
              },
          .write =
              [context = std::move(context)](const Job& job, LoadedPicture loaded,
                                             const Explanation& explanation) {
                return WritePicture(job, std::move(loaded), explanation, context());
              }};
}

}  // namespace gradcam
