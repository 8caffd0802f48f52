import { routeById } from '../routes/routes.ts'
import type { RackRoute } from '../routes/types.ts'
import { type Condition, everyFlagText, type Invocation, isGiven, type Source, selectedApp } from './invocation.ts'
import type { PlannedEnvironment, PlannedRelease } from './types.ts'

/** A parameter that a call sends if the condition is true. */
export interface Field {
  readonly name: string
  readonly when: Condition
  /** Null if only the command knows the value. */
  readonly value: ((invocation: Invocation) => string) | null
}

/** One kind of call of a command, with the values that follow from the command's arguments. */
export interface Step {
  readonly route: RackRoute
  readonly essential: boolean
  /** Whether convox repeats the call, such as for each service of the app. Polls are repeated, too, but change nothing. */
  readonly repeated: boolean
  readonly when: Condition
  /** The sources of the path parameters, for each call of this kind. */
  readonly paths: (invocation: Invocation) => readonly Readonly<Record<string, Source>>[]
  readonly query: readonly Field[]
  readonly form: readonly Field[]
  readonly headers: readonly Field[]
  /** The command of a run, an exec, or a shell on an instance. */
  readonly command: ((invocation: Invocation) => string) | null
  /** The service of the process, if the command itself started the process. */
  readonly serviceOfStartedProcess: Source | null
  readonly release: (invocation: Invocation) => PlannedRelease | null
  readonly environment: (invocation: Invocation) => PlannedEnvironment | null
}

type NamedFields = readonly (string | Field)[]

export interface StepOptions
  extends Partial<Pick<Step, 'repeated' | 'when' | 'paths' | 'command' | 'serviceOfStartedProcess'>> {
  /** Path parameters. By default, the app is the one that convox selects. */
  readonly params?: Readonly<Record<string, Source>>
  readonly query?: NamedFields
  readonly form?: NamedFields
  readonly headers?: NamedFields
  readonly release?: Step['release']
  readonly environment?: Step['environment']
}

/** A call that the command needs to succeed. @throws Error if the route does not exist */
export function essentialCall(route: string, options: StepOptions = {}): Step {
  return step(route, 'essential', options)
}

/** A call whose failure convox ignores, or that depends on a response. @throws Error if the route does not exist */
export function optionalCall(route: string, options: StepOptions = {}): Step {
  return step(route, 'optional', options)
}

export function onlyIf(when: Condition, steps: readonly Step[]): Step[] {
  return steps.map((one) => ({ ...one, when: (invocation) => when(invocation) && one.when(invocation) }))
}

/** Parameters that have the names of their flags, each sent if its flag was given. */
export function fromFlags(...names: readonly string[]): Field[] {
  return names.map((name) => fromFlag(name, name))
}

export function fromFlag(flag: string, name: string): Field {
  return { name, when: isGiven(flag), value: everyFlagText(flag) }
}

/** Parameters that are sent if a condition is true, with values that only the command knows. */
export function fieldsIf(when: Condition, ...names: readonly string[]): Field[] {
  return names.map((name) => ({ name, when, value: null }))
}

function step(id: string, need: 'essential' | 'optional', options: StepOptions): Step {
  const route = routeById(id)
  if (!route) throw new Error(`The route ${id} does not exist.`)
  const params = { app: selectedApp, ...options.params }
  return {
    route,
    essential: need === 'essential',
    repeated: options.repeated ?? false,
    when: options.when ?? always,
    paths: options.paths ?? (() => [params]),
    query: fields(options.query),
    form: fields(options.form),
    headers: fields(options.headers),
    command: options.command ?? null,
    serviceOfStartedProcess: options.serviceOfStartedProcess ?? null,
    release: options.release ?? nullValue,
    environment: options.environment ?? nullValue,
  }
}

function fields(named: NamedFields = []): Field[] {
  return named.map((one) => (typeof one === 'string' ? { name: one, when: always, value: null } : one))
}

function always(): boolean {
  return true
}

function nullValue(): null {
  return null
}
