#pragma once

#include <ostream>

#include "report/picture_report.h"
#include "report/run_report.h"

namespace gradcam {

enum class Color { kOff, kOn };

// The table of one picture for people: layer, top predictions, and for each explained class the
// state of its maps and the files written.
void WriteText(const PictureReport& picture, const RunContext& run, Color color, std::ostream& out);

// One line: "a picture: decode 2.1 ms, prepare 0.4 ms, ..., network waited 0.1 ms, ...".
void WriteText(const StageTimes& stages, int pictures, std::ostream& out);

// The most frequent classes, and the maps that are not ok; a line each, or none.
void WriteText(const RunSummary& summary, std::ostream& out);

// One line for a run: "38 of 40 pictures done, 2 failed, 3 other files skipped (1.9 pictures/s)".
void WriteText(const RunReport& run, std::ostream& out);

}  // namespace gradcam
