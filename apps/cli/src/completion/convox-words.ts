import { allCommands, type ConvoxCommand, planCommand } from '@rack-gateway/convox-api/commands'
import { type Expected, expectedNames, nothingExpected, type Suggestion } from './expected.ts'
import { cursorPosition, type KnownFlag, splitLastWord, suggestFlags } from './flags.ts'

/** @param words the last one is being typed */
export function expectedOfConvox(words: readonly string[]): Expected {
  const commands = allCommands()
  const { previousWords } = splitLastWord(words)
  const nextWords = wordsAfter(commands, previousWords)
  const command = longestMatch(commands, previousWords)
  const expected = command === null ? nothingExpected : expectedOf(command, words.slice(command.name.split(' ').length))
  return { ...expected, words: [...nextWords, ...expected.words] }
}

export function convoxFirstWords(): Suggestion[] {
  return wordsAfter(allCommands(), [])
}

function wordsAfter(commands: readonly ConvoxCommand[], previousWords: readonly string[]): Suggestion[] {
  const names = commands.map(({ name }) => name.split(' '))
  const next = names.flatMap((name) =>
    previousWords.every((word, at) => word === name[at]) ? (name[previousWords.length] ?? []) : [],
  )
  return [...new Set(next)].toSorted().map((word) => ({ word, about: '' }))
}

function longestMatch(commands: readonly ConvoxCommand[], previousWords: readonly string[]): ConvoxCommand | null {
  const matches = commands.filter(({ name }) => name.split(' ').every((word, at) => word === previousWords[at]))
  return matches.toSorted((one, other) => other.name.length - one.name.length)[0] ?? null
}

function expectedOf(command: ConvoxCommand, rest: readonly string[]): Expected {
  const flags = command.flags.map(toKnownFlag)
  const position = cursorPosition(rest, flags)
  if (position.kind === 'value') return position.expected
  if (position.kind === 'flag') return suggestFlags(flags)
  if (position.index === 0 && takesApp(command)) return expectedNames('app')
  return expectedNames(position.index < command.args[1] ? 'file' : null)
}

function toKnownFlag({ name, short, kind }: ConvoxCommand['flags'][number]): KnownFlag {
  const names = name === 'app' || name === 'rack' || name === 'file' ? name : null
  return {
    forms: [`--${name}`, ...(short === '' ? [] : [`-${short}`])],
    about: '',
    value: kind === 'toggle' ? null : { choices: [], names },
  }
}

const exampleApp = 'example-app'

/** Whether the first argument is an existing app: then the planned calls are for this app. */
function takesApp({ name }: ConvoxCommand): boolean {
  const planContext = { appSetting: null, directory: '', rack: null, input: 'terminal' } as const
  const plan = planCommand([...name.split(' '), exampleApp], planContext)
  return (
    plan.kind === 'calls' &&
    plan.calls.some(({ app }) => app === exampleApp) &&
    !plan.calls.some(({ route }) => route.id === 'POST /apps')
  )
}
