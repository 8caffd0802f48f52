/** What docs/reference/cli.md and the manual are made from. */
export { type Command, type CommandGroup, flagName } from './command-table/definition.ts'
export { flagRows, usageOf } from './command-table/help-text.ts'
export { commands, commandsOf, groups } from './command-table/index.ts'
export { firstWords, overviewExamples, overviewText } from './command-table/overview.ts'
export { shownName } from './command-table/read-words.ts'
export { exitCodes, exitMeanings } from './exit-codes.ts'
export { jsonFaults } from './json-faults.ts'
export { jsonShapes } from './json-shapes.ts'
