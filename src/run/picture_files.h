#pragma once

#include <string>

#include "gradcam/explainer.h"
#include "gradcam/image.h"
#include "report/picture_report.h"
#include "run/picture_loading.h"

namespace gradcam {

// Draws and writes all files of one picture: removes older ones first, makes the folder if need be,
// writes the report last. A class that was asked for twice is written once. Throws Error(kOutput);
// then none of the picture's files is left.
[[nodiscard]] PictureReport WritePicture(const Job& job, LoadedPicture loaded,
                                         const Explanation& explanation, const RunContext& run);

// Throws Error(kOutput) unless the files that the report names are there, and its own.
void RequireFilesOf(const PictureReport& picture);

// Removes them.
void RemoveFilesOf(const PictureReport& picture);

// Removes older outputs of the picture. A report that gradcam did not write stays.
void RemoveOldFiles(const Job& job);

}  // namespace gradcam
