#include "model/policy/source_check.h"

#include <torch/csrc/jit/frontend/lexer.h>
#include <torch/csrc/jit/frontend/parser.h>
#include <torch/csrc/jit/frontend/tree_views.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "gradcam/error.h"
#include "model/policy/operator_policy.h"

namespace gradcam {
namespace {

using torch::jit::TreeRef;

// LibTorch's printer keeps far below these: it gives every longer expression a name of its own.
constexpr std::size_t kMaxBrackets = 200;
constexpr std::size_t kMaxIndent = 100;
constexpr std::size_t kMaxChain = 2'000;  // operators that can nest in one expression
constexpr std::size_t kMaxElif = 500;
// Compiling a definition compiles what it mentions, so all of them can nest. A nested operator
// takes some 1 KiB of stack and a definition 8 KiB (measured with LibTorch 2.11); 4 KiB a level are
// reckoned.
constexpr std::size_t kMaxLevels = 250'000;
constexpr std::size_t kLevelsOfDefinition = 4;

[[noreturn]] void TooDeep(const char* what) {
  throw Error(ErrorKind::kModel, std::string("its code has ") + what + " nested too deeply");
}

// Counts what nests, token by token.
class NestingMeter {
 public:
  void Count(int kind) {
    switch (kind) {
      case '(':
      case '[':
      case '{':
        Link();
        chains_.push_back(0);
        break;
      case ')':
      case ']':
      case '}':
        Close();
        break;
      case ',':
        total_ -= chains_.back();
        chains_.back() = 0;
        break;
      case torch::jit::TK_NEWLINE:
        chains_.assign(1, 0);
        total_ = 0;
        break;
      case torch::jit::TK_INDENT:
        if (++indent_ > kMaxIndent) {
          TooDeep("blocks");
        }
        break;
      case torch::jit::TK_DEDENT:
        indent_ -= std::min<std::size_t>(indent_, 1);
        break;
      case torch::jit::TK_ELIF:
        if (++elifs_ > kMaxElif) {
          TooDeep("branches");
        }
        break;
      case torch::jit::TK_IDENT:
      case torch::jit::TK_NUMBER:
      case torch::jit::TK_STRINGLITERAL:
        break;
      case torch::jit::TK_DEF:
      case torch::jit::TK_CLASS_DEF:
        levels_ += deepest_ + kLevelsOfDefinition;
        deepest_ = 0;
        break;
      default:
        Link();
    }
    deepest_ = std::max(deepest_, total_ + indent_);
    if (total_ > kMaxChain || chains_.size() > kMaxBrackets) {
      TooDeep("expressions");
    }
  }

  // The sum over all definitions so far.
  [[nodiscard]] std::size_t levels() const { return levels_ + deepest_; }

 private:
  void Link() {
    ++chains_.back();
    ++total_;
  }
  void Close() {
    if (chains_.size() > 1) {
      total_ -= chains_.back();
      chains_.pop_back();
    }
  }

  std::vector<std::size_t> chains_{0};  // operators so far, one entry an open bracket
  std::size_t total_ = 0;
  std::size_t deepest_ = 0;  // in this definition
  std::size_t levels_ = 0;   // of the definitions before
  std::size_t indent_ = 0;
  std::size_t elifs_ = 0;
};

bool IsName(const TreeRef& tree, const char* name) {
  return tree->kind() == torch::jit::TK_VAR && torch::jit::Var(tree).name().name() == name;
}

// torch.device, float and annotate: the calls that the printer writes for constants.
bool IsConstantCall(const TreeRef& callee) {
  if (callee->kind() == '.') {
    const torch::jit::Select select(callee);
    return select.selector().name() == "device" && IsName(select.value().get(), "torch");
  }
  return IsName(callee, "float") || IsName(callee, "annotate");
}

bool IsLiteral(const TreeRef& tree) {
  switch (tree->kind()) {
    case torch::jit::TK_CONST:
    case torch::jit::TK_STRINGLITERAL:
    case torch::jit::TK_TRUE:
    case torch::jit::TK_FALSE:
    case torch::jit::TK_NONE:
    case torch::jit::TK_VAR:
      return true;
    case '.':
      return IsLiteral(tree->tree(0));
    case torch::jit::TK_APPLY:
      return IsConstantCall(tree->tree(0)) && IsLiteral(tree->tree(1)) &&
             tree->tree(2)->trees().empty();
    case torch::jit::TK_UNARY_MINUS:
    case torch::jit::TK_LIST:
    case torch::jit::TK_LIST_LITERAL:
    case torch::jit::TK_TUPLE_LITERAL:
    case torch::jit::TK_DICT_LITERAL:
    case torch::jit::TK_SUBSCRIPT:
      return std::all_of(tree->trees().begin(), tree->trees().end(), IsLiteral);
    default:
      return false;
  }
}

void RequireLiteral(const TreeRef& tree) {
  if (!IsLiteral(tree)) {
    throw Error(ErrorKind::kModel,
                "its code computes a default value or a constant while it is loaded",
                "export it with plain numbers as defaults; torch.jit.save writes no others");
  }
}

void RequireLiteralDefaults(const TreeRef& tree) {
  if (tree->kind() == torch::jit::TK_PARAM) {
    if (const auto value = torch::jit::Param(tree).defaultValue(); value.present()) {
      RequireLiteral(value.get().get());
    }
  }
  for (const TreeRef& child : tree->trees()) {
    RequireLiteralDefaults(child);
  }
}

void RequireLiteralConstants(const TreeRef& class_tree) {
  for (const auto& statement : torch::jit::ClassDef(class_tree).body()) {
    if (statement.kind() != torch::jit::TK_ASSIGN) {
      continue;
    }
    const torch::jit::Assign assign(statement.get());
    // __annotations__["0"] = Type is read as a type.
    if (assign.rhs().present() && assign.lhs().kind() != torch::jit::TK_SUBSCRIPT) {
      RequireLiteral(assign.rhs().get().get());
    }
  }
}

// Strings too: getattr(torch, "_print") would do.
void RequireKnownName(const torch::jit::Token& token) {
  if (token.kind != torch::jit::TK_IDENT && token.kind != torch::jit::TK_STRINGLITERAL) {
    return;
  }
  std::string name = token.text();
  std::erase_if(name, [](char c) { return c == '\'' || c == '"'; });
  if (RunsWhileCompiling(name)) {
    throw Error(ErrorKind::kModel,
                "it uses the operator '" + name + "', which runs while it is loaded",
                "run it anyway with --trust-model, if you trust where the file comes from");
  }
}

// LibTorch looks every hook up among the methods behind the list that names it, and takes for
// granted that it is there.
class HookCheck {
 public:
  void See(const torch::jit::Stmt& statement) {
    if (statement.kind() == torch::jit::TK_DEF) {
      const std::string name = torch::jit::Def(statement.get()).name().name();
      // One method cannot stand in both lists: LibTorch files it under the first.
      if (missing_pre_hooks_.erase(name) == 0) {
        missing_hooks_.erase(name);
      }
    } else if (statement.kind() == torch::jit::TK_ASSIGN) {
      const torch::jit::Assign assign(statement.get());
      if (IsName(assign.lhs().get(), "__forward_hooks__")) {
        Expect(assign, missing_hooks_);
      } else if (IsName(assign.lhs().get(), "__forward_pre_hooks__")) {
        Expect(assign, missing_pre_hooks_);
      }
    }
  }

  void RequireAllFound() const {
    if (!missing_hooks_.empty() || !missing_pre_hooks_.empty()) {
      throw Error(ErrorKind::kModel, "its code names a hook that does not exist");
    }
  }

 private:
  static void Expect(const torch::jit::Assign& assign, std::set<std::string>& names) {
    for (const auto& name : torch::jit::ListLiteral(assign.rhs().get().get()).inputs()) {
      names.insert(torch::jit::StringLiteral(name.get()).text());
    }
  }

  std::set<std::string> missing_hooks_;
  std::set<std::string> missing_pre_hooks_;
};

void RequireHooks(const TreeRef& class_tree) {
  HookCheck hooks;
  for (const auto& statement : torch::jit::ClassDef(class_tree).body()) {
    hooks.See(statement);
  }
  hooks.RequireAllFound();
}

std::size_t CheckTokens(const std::shared_ptr<torch::jit::Source>& source, Trust trust) {
  NestingMeter meter;
  for (torch::jit::Lexer lexer(source); lexer.cur().kind != torch::jit::TK_EOF; lexer.next()) {
    meter.Count(lexer.cur().kind);
    if (trust == Trust::kAllowListOnly) {
      RequireKnownName(lexer.cur());
    }
  }
  return meter.levels();
}

void CheckFunction(const TreeRef& tree, Trust trust) {
  if (trust == Trust::kAllowListOnly) {
    RequireLiteralDefaults(tree);
  }
}

void CheckClass(const TreeRef& tree, Trust trust) {
  RequireHooks(tree);
  if (trust == Trust::kAllowListOnly) {
    RequireLiteralConstants(tree);
    RequireLiteralDefaults(tree);
  }
}

}  // namespace

void SourceCheck::Require(const std::shared_ptr<torch::jit::Source>& source) {
  levels_ += CheckTokens(source, trust_);
  if (levels_ > kMaxLevels) {
    TooDeep("definitions");
  }
  torch::jit::Parser parser(source);
  auto& lexer = parser.lexer();
  while (lexer.cur().kind != torch::jit::TK_EOF) {
    const int kind = lexer.cur().kind;
    if (kind == torch::jit::TK_CLASS_DEF) {
      CheckClass(parser.parseClass(), trust_);
    } else if (kind == torch::jit::TK_DEF) {
      CheckFunction(parser.parseFunction(/*is_method=*/false), trust_);
    } else if (kind == torch::jit::TK_IMPORT) {
      throw Error(ErrorKind::kModel, "its code imports other code, as no current PyTorch writes it",
                  "export it again with a newer PyTorch");
    } else {
      // `op_version_set = 1` of old exports, newlines between definitions.
      lexer.next();
    }
  }
}

}  // namespace gradcam
