#pragma once

namespace gradcam {

// Ends the threads that wait for the calling thread's next operator of LibTorch; that one starts
// others. OpenMP's threads look for work for some 20 ms before they sleep, on cores that whoever
// computes next may need. Does nothing if LibTorch has no OpenMP 5.
void EndWaitingThreads();

}  // namespace gradcam
