#pragma once

namespace gradcam {

// Of a program that was started without standard input, output or error (`2>&-`), the next file
// that is opened gets that number: messages would end up in a picture. Takes the numbers that are
// free in a way that reading and writing them fails as before. To be called before any file is
// opened.
void OccupyClosedStreams();

// Makes what would end the program in the middle of a file an error of the write: a reader that
// goes away, and a limit of the file size (`ulimit -f`).
void IgnoreSignalsOfWrites();

}  // namespace gradcam
