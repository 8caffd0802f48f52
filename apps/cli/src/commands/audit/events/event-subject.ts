/** Of an event, what says what it is about. */
export interface EventSubject {
  readonly kind: string
  readonly route?: string | undefined
  readonly command?: readonly string[] | undefined
  readonly detail?: Readonly<Record<string, unknown>> | undefined
}

const startOfRun = 'POST /apps/{app}/services/{service}/processes'
const longest = 120

/** What an event is about, in a few words: the command, the route, or what its detail says. */
export function eventSubject({ kind, route, command, detail = {} }: EventSubject): string {
  if (command !== undefined) {
    // The stock CLI starts an attached run with a command that only sleeps. The typed command follows by exec.
    const isPlaceholder = route === startOfRun && /^sleep [1-9]\d*$/.test(command.join(' '))
    return isPlaceholder ? '(attached run, its command comes by exec)' : command.join(' ')
  }
  return route ?? subjectOf(kind, detail)
}

function subjectOf(kind: string, detail: Readonly<Record<string, unknown>>): string {
  const text = (name: string) => (detail[name] === undefined ? null : String(detail[name]))
  if (kind.startsWith('binding.')) {
    const what = text('permissions') ?? text('role') ?? ''
    return cut(`${what} on ${text('racks') ?? '*'}/${text('apps') ?? '*'} for ${text('subject') ?? ''}`)
  }
  const named = text('name') ?? text('email') ?? text('problems')
  if (named !== null) return cut(named)
  return cut(
    Object.entries(detail)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  )
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}
