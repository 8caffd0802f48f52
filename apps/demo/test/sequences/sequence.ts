import type { Role } from '../support/refused-commands.ts'

/** One request of a command, as the stock CLI makes it. `{name}` in targets and values stands for what an earlier answer said. */
export interface Step {
  readonly method: string
  readonly target: string
  readonly websocket: boolean
  readonly headers: Readonly<Record<string, string>>
  readonly form: Readonly<Record<string, string>> | null
  /** A file, one character a byte. */
  readonly file: string | null
  /** What the rack answers when all is well, where it isn't success. */
  readonly status: number | null
  /** Field of the answer (of a list: of its first item) by the name that it is known under from then on. */
  readonly keep: Readonly<Record<string, string>>
  /** Milliseconds that the CLI lets pass before it. */
  readonly wait: number
  /** Whether the CLI makes it depends on what earlier answers say. */
  readonly sometimes: boolean
  /** Done by another user, past the gateway. */
  readonly byOthers: boolean
}

/** What a command asks of a rack, and whom the gateway stops where. */
export interface Sequence {
  readonly command: string
  readonly steps: readonly Step[]
  /** The first request that is refused, `METHOD /path` as the step has it, by role. Transcribed from the table of roles. */
  readonly refused: Partial<Readonly<Record<Role, string>>>
  /** Why the native CLI can't be started with it: what it needs that a test hasn't. */
  readonly needs: string | null
  readonly stdin: string
  /** The CLI says nothing when it is refused, and ends as if all were well. */
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

/** What the CLI asks before each websocket, whatever the answer. */
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
