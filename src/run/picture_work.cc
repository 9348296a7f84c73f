#include "run/picture_work.h"

#include <utility>

#include "image/picture_file.h"
#include "run/picture_files.h"

namespace gradcam {

std::variant<PictureFile, EarlierReport> ReadUnlessDone(
    const Job& job, const DecodeOptions& decode, const std::optional<EarlierResults>& earlier) {
  PictureFile file = ReadPictureOf(job, decode);
  auto report = earlier ? earlier->Find(job, file.sha256) : std::nullopt;
  if (report) return std::move(*report);
  return file;
}

PictureWork WorkOfRun(const PictureExplainer& explainer, const DecodeOptions& decode,
                      const std::optional<EarlierResults>& earlier,
                      std::function<const RunContext&()> context) {
  return {
      .file_size =
          [&decode](const Job& job) {
            return static_cast<std::size_t>(PictureFileSize(job.path, decode));
          },
      .read = [&decode, &earlier](const Job& job) { return ReadUnlessDone(job, decode, earlier); },
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
