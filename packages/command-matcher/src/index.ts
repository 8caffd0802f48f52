export { attachedStart } from './attached.ts'
export { InvalidCommandRules } from './errors.ts'
export { decodeHeaderCommand, type ReadCommand, readCommand } from './header.ts'
export { maxCommandBytes, tooLong } from './limit.ts'
export { type CommandContext, hasAnyRule, matchCommand } from './match.ts'
export { createNameIndex, type NameIndex } from './name-index.ts'
export { compilePattern, compilePatterns, type NameMatcher } from './pattern.ts'
export type { Problem } from './problem.ts'
export { ruleProblems } from './rule-check.ts'
export { type CompiledRules, type CompileOptions, compileCheckedRules, compileRules } from './rules.ts'
export { type ShellSyntax, shellSyntax } from './shell-syntax.ts'
export { splitCommand } from './split.ts'
export type {
  ArgvWord,
  CommandCall,
  CommandMode,
  CommandOptions,
  CommandRule,
  CommandVerdict,
  JudgedMode,
  Placeholder,
  PrefixWord,
  SplitCommand,
} from './types.ts'
export { type WordType, wordTypes } from './word-types.ts'
export { listed, shown, shownCommand } from './wording.ts'
export { readWords, type WrittenWords, writeWords } from './written-words.ts'
