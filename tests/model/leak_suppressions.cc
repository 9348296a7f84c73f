// Read by the leak checker of the address sanitizer, if the tests are built with it.
// An InterfaceType of LibTorch holds schemas whose first argument is of that type: it is never
// freed.
extern "C" const char* __lsan_default_suppressions();

extern "C" const char* __lsan_default_suppressions() {
  return "leak:c10::InterfaceType\n"
         "leak:c10::FunctionSchema\n"
         "leak:c10::Argument\n"
         "leak:torch::jit::SourceImporterImpl::importNamedType\n";
}
