// Explains a picture: consumer MODEL PICTURE
#include <algorithm>
#include <iostream>

#include "gradcam/error.h"
#include "gradcam/explainer.h"
#include "gradcam/image.h"
#include "gradcam/map.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: consumer MODEL PICTURE\n";
    return 2;
  }
  try {
    gradcam::Explainer explainer(argv[1]);
    const gradcam::Picture picture = gradcam::ReadPicture(argv[2]);
    const gradcam::Explanation explanation = explainer.Explain(picture.image);
    for (const gradcam::Prediction& prediction : explanation.top) {
      std::cout << prediction.label << ' ' << prediction.logit << '\n';
    }
    const gradcam::Map& map = explanation.classes.at(0).gradcam;
    std::cout << "maximum " << *std::max_element(map.values.begin(), map.values.end()) << '\n';
  } catch (const gradcam::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
