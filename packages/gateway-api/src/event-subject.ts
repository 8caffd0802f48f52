export interface EventSubject {
  readonly kind: string
  readonly route?: string | undefined
  readonly command?: readonly string[] | undefined
  readonly detail?: Readonly<Record<string, unknown>> | undefined
}

interface AttachedRunCall {
  readonly route?: string | undefined
  readonly command?: readonly string[] | null | undefined
}

const startRunRoute = 'POST /apps/{app}/services/{service}/processes'
const maxLength = 120

/** The subject of an event in a few words. */
export function eventSubject({ kind, route, command, detail = {} }: EventSubject): string {
  if (command !== undefined) {
    return isAttachedRun({ route, command }) ? '(attached run, its command comes by exec)' : command.join(' ')
  }
  return route ?? subjectFromDetail(kind, detail)
}

/**
 * Whether the call starts an attached run. The stock CLI starts it with a command that only sleeps. An exec call then
 * sends the typed command.
 */
export function isAttachedRun({ route, command }: AttachedRunCall): boolean {
  return route === startRunRoute && command != null && /^sleep [1-9]\d*$/.test(command.join(' '))
}

function subjectFromDetail(kind: string, detail: Readonly<Record<string, unknown>>): string {
  const text = (name: string) => (detail[name] === undefined ? null : String(detail[name]))
  if (kind.startsWith('binding.') || (kind.startsWith('access-request.') && text('role') !== null)) {
    const granted = text('permissions') ?? text('role') ?? ''
    const holder = text('subject') ?? text('email') ?? ''
    return shorten(`${granted} on ${text('racks') ?? '*'}/${text('apps') ?? '*'} for ${holder}`)
  }
  const name = text('name') ?? text('email') ?? text('problems')
  if (name !== null) return shorten(name)
  return shorten(
    Object.entries(detail)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  )
}

function shorten(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text
}
