export { attachedRunSeconds } from './attached-run.ts'
export { ruleProblems } from './check-rules.ts'
export { isTooLong, maxCommandBytes } from './command-length.ts'
export { type CompiledRules, type CompileOptions, compileCheckedRules, compileRules } from './compile-rules.ts'
export { InvalidCommandRules } from './errors.ts'
export { type CommandContext, findFailedCondition, hasAnyRule, hasRuleFor, matchCommand } from './match-command.ts'
export { commandInMessage, inMessage, joinWithAnd, namesInMessage } from './message-text.ts'
export { createNameIndex, createNameMatcher, type NameIndex } from './name-index.ts'
export { compilePattern, compilePatterns, type NameMatcher } from './name-pattern.ts'
export { decodeHeaderCommand, type ReadCommand, readCommand } from './read-command.ts'
export type { Problem } from './rule-problem.ts'
export { type ShellSyntax, shellSyntax } from './shell-syntax.ts'
export { splitCommand } from './split-command.ts'
export type {
  ArgvWord,
  CommandCall,
  CommandDecision,
  CommandMode,
  CommandOptions,
  CommandRule,
  MatchMode,
  Placeholder,
  PrefixWord,
  SplitCommand,
} from './types.ts'
export { formatWords, type ParsedWords, parseWords } from './word-syntax.ts'
export { type WordType, wordTypes } from './word-types.ts'
