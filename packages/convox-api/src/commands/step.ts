import { routeById } from '../routes.ts'
import type { RackRoute } from '../types.ts'
import { type Condition, everyFlagText, given, type Invocation, namedApp, type Source } from './invocation.ts'
import type { PlannedEnvironment, PlannedRelease } from './types.ts'

/** A parameter that a call certainly sends when its condition holds. */
export interface Field {
  readonly name: string
  readonly when: Condition
  readonly value: (invocation: Invocation) => string
}

/** One kind of call that a command makes, and what of it follows from the command's words. */
export interface Step {
  readonly route: RackRoute
  readonly essential: boolean
  readonly when: Condition
  /** For each call of this kind, where its path parameters come from. */
  readonly paths: (invocation: Invocation) => readonly Readonly<Record<string, Source>>[]
  readonly query: readonly Field[]
  readonly form: readonly Field[]
  readonly headers: readonly Field[]
  /** Of a run, an exec or a shell on an instance. */
  readonly command: ((invocation: Invocation) => string) | null
  /** The service whose process the command itself has started. */
  readonly ownRunOf: Source | null
  readonly release: (invocation: Invocation) => PlannedRelease | null
  readonly environment: (invocation: Invocation) => PlannedEnvironment | null
}

type NamedFields = readonly (string | Field)[]

export interface StepOptions extends Partial<Pick<Step, 'when' | 'paths' | 'command' | 'ownRunOf'>> {
  /** Path parameters; an app that isn't here is the one that convox finds. */
  readonly at?: Readonly<Record<string, Source>>
  readonly query?: NamedFields
  readonly form?: NamedFields
  readonly headers?: NamedFields
  readonly release?: Step['release']
  readonly environment?: Step['environment']
}

/** A call without which the command can't succeed. @throws Error for a route that there isn't */
export function ask(route: string, options: StepOptions = {}): Step {
  return step(route, 'essential', options)
}

/** A call whose refusal convox ignores, or which depends on what the rack answers. @throws Error for a route that there isn't */
export function mayAsk(route: string, options: StepOptions = {}): Step {
  return step(route, 'optional', options)
}

/** The same steps under a condition more. */
export function only(when: Condition, steps: readonly Step[]): Step[] {
  return steps.map((one) => ({ ...one, when: (invocation) => when(invocation) && one.when(invocation) }))
}

/** Parameters that are named like the flags they are sent for. */
export function fromFlags(...names: readonly string[]): Field[] {
  return names.map((name) => fromFlag(name, name))
}

/** A parameter that is sent when a flag was given. */
export function fromFlag(flag: string, name: string): Field {
  return { name, when: given(flag), value: everyFlagText(flag) }
}

/** A parameter that is sent when a condition holds. */
export function sentIf(when: Condition, ...names: readonly string[]): Field[] {
  return names.map((name) => ({ name, when, value: nothing }))
}

function step(id: string, need: 'essential' | 'optional', options: StepOptions): Step {
  const route = routeById(id)
  if (!route) throw new Error(`there is no route ${id}`)
  const at = { app: namedApp, ...options.at }
  return {
    route,
    essential: need === 'essential',
    when: options.when ?? always,
    paths: options.paths ?? (() => [at]),
    query: fields(options.query),
    form: fields(options.form),
    headers: fields(options.headers),
    command: options.command ?? null,
    ownRunOf: options.ownRunOf ?? null,
    release: options.release ?? none,
    environment: options.environment ?? none,
  }
}

function fields(named: NamedFields = []): Field[] {
  return named.map((one) => (typeof one === 'string' ? { name: one, when: always, value: nothing } : one))
}

function always(): boolean {
  return true
}

function nothing(): string {
  return ''
}

function none(): null {
  return null
}
