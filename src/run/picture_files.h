#pragma once

#include <string>

#include "gradcam/explainer.h"
#include "gradcam/image.h"
#include "report/picture_report.h"
#include "run/plan.h"

namespace gradcam {

// A decoded picture and the digest of its file.
struct LoadedPicture {
  Picture picture;
  std::string sha256;
};

// Reads the file of `job` once. Throws Error(kInput).
[[nodiscard]] LoadedPicture LoadPicture(const Job& job, const DecodeOptions& options);

// Draws and writes all files of one picture: removes older ones first, makes the folder if need be,
// writes the report last. A class that was asked for twice is written once. Throws Error(kOutput);
// then none of the picture's files is left.
[[nodiscard]] PictureReport WritePicture(const Job& job, LoadedPicture loaded,
                                         const Explanation& explanation, const RunContext& run);

// Removes older outputs of the picture. A report that gradcam did not write stays.
void RemoveOldFiles(const Job& job);

}  // namespace gradcam
