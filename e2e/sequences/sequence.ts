import type { Role } from '../support/convox/denied-commands.ts'

/** One request of a command, as the stock CLI makes it. `{name}` in targets and values is replaced by a value of an earlier response. */
export interface Step {
  readonly method: string
  readonly target: string
  readonly websocket: boolean
  readonly headers: Readonly<Record<string, string>>
  readonly form: Readonly<Record<string, string>> | null
  /** A file, one character a byte. */
  readonly file: string | null
  /** The expected status of the rack; null for any success. */
  readonly status: number | null
  /** Fields of the response (of a list: of its first item) to store, by the name for later steps. */
  readonly keep: Readonly<Record<string, string>>
  /** Milliseconds that the CLI waits before it. */
  readonly wait: number
  /** Whether the CLI makes it only for certain earlier responses. */
  readonly sometimes: boolean
  /** Made by another user, directly at the rack. */
  readonly byOthers: boolean
}

/** The requests of a command to a rack, and the first denied request of each role. */
export interface Sequence {
  readonly command: string
  readonly steps: readonly Step[]
  /** The first request that is refused, `METHOD /path` as the step has it, by role. Transcribed from the table of roles. */
  readonly refused: Partial<Readonly<Record<Role, string>>>
  /** Why the native CLI cannot run it: a requirement that the test does not have. */
  readonly needs: string | null
  readonly stdin: string
  /** Whether the CLI prints no error after a denial, and exits with 0. */
  readonly quiet: boolean
}

type Options = Partial<Omit<Step, 'method' | 'target'>>

export function step(method: string, target: string, options: Options = {}): Step {
  return {
    method,
    target,
    websocket: false,
    headers: {},
    form: null,
    file: null,
    status: null,
    keep: {},
    wait: 0,
    sometimes: false,
    byOthers: false,
    ...options,
  }
}

export function get(target: string, options: Options = {}): Step {
  return step('GET', target, options)
}
export function post(target: string, form: Step['form'] = null, options: Options = {}): Step {
  return step('POST', target, { form, ...options })
}
export function put(target: string, form: Step['form'] = null, options: Options = {}): Step {
  return step('PUT', target, { form, ...options })
}
export function remove(target: string, form: Step['form'] = null): Step {
  return step('DELETE', target, { form })
}
export function socket(target: string, headers: Step['headers'] = {}): Step {
  return step('GET', target, { headers, websocket: true })
}

/** What the CLI asks before each websocket, whatever the response. */
export const machines = get('/machines?', { status: 404 })
export const racks = get('/racks?', { status: 404 })
export const system = get('/system?')

/** Follows the log until a roll-out has ended. */
export function waitWithLogs(app = 'myapp'): Step[] {
  return [
    machines,
    socket(`/apps/${app}/logs`, { Prefix: 'true', Since: '5s' }),
    get(`/apps/${app}/processes?`),
    get(`/apps/${app}?`, { wait: 5_000 }),
    get(`/apps/${app}/processes?`),
    get(`/apps/${app}?`, { wait: 5_000 }),
  ]
}

export function sequence(
  command: string,
  steps: readonly Step[],
  refused: Sequence['refused'] = {},
  { needs = null, stdin = '', quiet = false }: Partial<Pick<Sequence, 'needs' | 'stdin' | 'quiet'>> = {},
): Sequence {
  return { command, steps, refused, needs, stdin, quiet }
}

/** Whom a request is refused. */
export function to(where: string, ...who: readonly Role[]): Sequence['refused'] {
  return Object.fromEntries(who.map((role) => [role, where]))
}
export function toAllButAdmin(where: string): Sequence['refused'] {
  return to(where, 'viewer', 'ops', 'deployer', 'ci')
}
export function toEverybody(where: string): Sequence['refused'] {
  return to(where, 'viewer', 'ops', 'deployer', 'ci', 'admin')
}
