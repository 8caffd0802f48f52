// The exports from which docs/reference/cli.md and the manual page are generated.

export { checkCommandLine, wordsOfLine } from './check-command-line.ts'
export { type Command, loadAllCommands } from './command-line/command-list.ts'
export { argumentsOf, type CommandOption, isSwitch, optionsOf } from './command-line/command-module.ts'
export { overview } from './command-line/help-text.ts'
export { commandList } from './commands/index.ts'
export { jsonFaults } from './commands/json-faults.ts'
export { jsonShapes } from './commands/json-shapes.ts'
export { exitCodes, exitMeanings } from './errors/exit-codes.ts'
