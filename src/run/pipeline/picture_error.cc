#include "run/pipeline/picture_error.h"

#include <new>
#include <string>

#include "report/text.h"

namespace gradcam {

Error CurrentErrorOf(const Job& job) {
  std::string problem;
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    problem = "not enough memory";
  } catch (const std::exception& error) {
    problem = error.what();
  } catch (...) {
    problem = "unknown error";
  }
  return {ErrorKind::kInput, "cannot explain image " + Quoted(job.path) + ": " + problem};
}

}  // namespace gradcam
