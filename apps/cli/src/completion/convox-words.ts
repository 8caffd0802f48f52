import { allCommands, type ConvoxCommand, planCommand } from '@rack-gateway/convox-api/commands'
import { type Expected, expectedNames, nothing, type Suggestion } from './expected.ts'
import { type KnownFlag, positionAmong, split, suggestedFlags } from './flags.ts'

/** What may follow convox's words. @param words the last one is being typed */
export function expectedOfConvox(words: readonly string[]): Expected {
  const commands = allCommands()
  const { before } = split(words)
  const further = furtherWords(commands, before)
  const found = longest(commands, before)
  const expected = found === null ? nothing : expectedOf(found, words.slice(found.name.split(' ').length))
  return { ...expected, words: [...further, ...expected.words] }
}

/** The first words of convox's commands. */
export function convoxFirstWords(): Suggestion[] {
  return furtherWords(allCommands(), [])
}

function furtherWords(commands: readonly ConvoxCommand[], before: readonly string[]): Suggestion[] {
  const names = commands.map(({ name }) => name.split(' '))
  const next = names.flatMap((name) =>
    before.every((word, at) => word === name[at]) ? (name[before.length] ?? []) : [],
  )
  return [...new Set(next)].toSorted().map((word) => ({ word, about: '' }))
}

function longest(commands: readonly ConvoxCommand[], before: readonly string[]): ConvoxCommand | null {
  const begun = commands.filter(({ name }) => name.split(' ').every((word, at) => word === before[at]))
  return begun.toSorted((one, other) => other.name.length - one.name.length)[0] ?? null
}

function expectedOf(command: ConvoxCommand, rest: readonly string[]): Expected {
  const flags = command.flags.map(known)
  const place = positionAmong(rest, flags)
  if (place.kind === 'value') return place.expected
  if (place.kind === 'flag') return suggestedFlags(flags)
  if (place.index === 0 && takesApp(command)) return expectedNames('app')
  return expectedNames(place.index < command.args[1] ? 'file' : null)
}

function known({ name, short, kind }: ConvoxCommand['flags'][number]): KnownFlag {
  const names = name === 'app' || name === 'rack' || name === 'file' ? name : null
  return {
    typed: [`--${name}`, ...(short === '' ? [] : [`-${short}`])],
    about: '',
    value: kind === 'toggle' ? null : { choices: [], names },
  }
}

const anApp = 'an-app'

/** Whether its first argument is an app that there is: its calls say so. */
function takesApp({ name }: ConvoxCommand): boolean {
  const place = { appSetting: null, directory: '', rack: null, input: 'terminal' } as const
  const plan = planCommand([...name.split(' '), anApp], place)
  return (
    plan.kind === 'calls' &&
    plan.calls.some(({ app }) => app === anApp) &&
    !plan.calls.some(({ route }) => route.id === 'POST /apps')
  )
}
