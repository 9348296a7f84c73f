"""The classifiers of Keras, layer by layer under Keras' names, with weights from Keras' files."""
