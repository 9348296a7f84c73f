#pragma once

#include <memory>
#include <openvino/frontend/pytorch/decoder.hpp>
#include <string>
#include <vector>

#include "model/engine/features_compiler.h"

namespace gradcam {

// Shows a flat graph, or one node of it, to OpenVINO's reader of PyTorch graphs. Questions about
// what a flat graph cannot hold (subgraphs, attributes, writes in place) are answered "none".
class GraphDecoder final : public ov::frontend::pytorch::TorchDecoder {
 public:
  // The whole graph, for pictures of `shape`.
  GraphDecoder(std::shared_ptr<const FlatGraph> graph, ov::PartialShape shape);
  // One node of `graph`.
  GraphDecoder(std::shared_ptr<const FlatGraph> graph, const FlatNode& node);

  const std::vector<size_t>& inputs() const override { return inputs_; }
  const std::vector<size_t>& outputs() const override { return outputs_; }
  size_t num_of_outputs() const override { return outputs_.size(); }
  size_t output(size_t index) const override { return outputs_.at(index); }
  const std::string& get_op_type() const override { return name_; }
  ov::Any get_input_type(size_t index) const override;
  ov::Any get_output_type(size_t index) const override;
  ov::PartialShape get_input_shape(size_t index) const override;
  ov::PartialShape get_output_shape(size_t index) const override;
  bool input_is_none(size_t index) const override;
  ov::OutputVector as_constant() const override;
  const std::string& as_string() const override;
  const std::string& get_input_debug_name(size_t index) const override;
  const std::string& get_input_signature_name(size_t index) const override;
  const std::string& get_output_debug_name(size_t index) const override;
  void visit_subgraph(std::function<void(std::shared_ptr<TorchDecoder>)> visit) const override;
  size_t get_subgraph_size() const override { return node_ == nullptr ? 1 : 0; }

  std::shared_ptr<TorchDecoder> get_subgraph_decoder(size_t /*index*/) const override;
  bool may_produce_alias(size_t /*in*/, size_t /*out*/) const override { return false; }
  bool is_input_inlined(size_t /*index*/) const override { return false; }
  std::shared_ptr<TorchDecoder> get_inlined_input_decoder(size_t /*index*/) const override;
  const std::vector<size_t>& get_input_strides(size_t /*index*/) const override { return none_; }
  ov::Any const_input(size_t index) const override;
  ov::OutputVector try_decode_get_attr() const override { return {}; }
  const std::string& get_schema() const override { return schema_; }
  size_t output_list_size() const override { return 0; }
  std::shared_ptr<ov::Node> mark_node(std::shared_ptr<ov::Node> node) const override;
  ov::Any get_attribute(const std::string& name) const override;
  size_t get_named_input(const std::string& name) const override;
  const std::string& decoder_type_name() const override { return type_name_; }
  ov::frontend::pytorch::DecoderRTInfo get_rt_info() const override { return {}; }
  bool has_converter() const override { return false; }
  ov::OutputVector convert(const ov::frontend::NodeContext* /*context*/) const override;

 private:
  void NameValues();

  std::shared_ptr<const FlatGraph> graph_;
  const FlatNode* node_ = nullptr;  // of graph_; null for the whole graph
  ov::PartialShape shape_;
  std::string name_;
  std::string schema_;
  std::string text_;  // of a constant string
  std::string type_name_ = "ts";
  std::vector<size_t> inputs_;
  std::vector<size_t> outputs_;
  std::vector<size_t> none_;
  std::vector<std::string> input_names_;
  std::vector<std::string> output_names_;
};

}  // namespace gradcam
