import { decodeHeaderCommand, type ReadCommand, readCommand } from '@rack-gateway/command-matcher'
import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { buildServiceName } from '../decision/blocked-operations.ts'
import type { ProcessSubject, RackCall } from '../model/types.ts'
import { commandServiceName } from '../permissions/required-permissions.ts'

export interface PlannedContext {
  readonly rack: string
  /** The address of the caller; null if unknown. */
  readonly address: string | null
  readonly at: number
  /** Names of the services in the policy. A process may belong to one of them. */
  readonly services: () => readonly string[]
  /** Whether the caller has the permission of the route. Without it, the gateway does not ask the rack. */
  readonly hasRoutePermission: boolean
  readonly facts: RackFacts
}

/** Facts that otherwise only the rack knows. Missing facts are unknown. */
export interface RackFacts {
  /** The service of the process of the call. */
  readonly service?: string
  readonly ownRun?: boolean
  readonly newestRelease?: boolean
  /** Keys of the environment that a new release changes. */
  readonly changed?: readonly string[]
  /** Names of the rack parameters that the call changes. */
  readonly rackParameters?: readonly string[]
}

/** One scenario of a planned call: the call as it would be under a condition. */
export interface Scenario {
  /** The condition, as it follows "if". Empty if the call depends on no fact of the rack. */
  readonly when: string
  readonly call: RackCall
}

/** All scenarios of a planned call that a policy can distinguish. */
export function* scenariosOf(planned: PlannedCall, context: PlannedContext): Generator<Scenario, void> {
  const { route, params, app, service, parameters } = planned
  const commandsFor = commandReader(planned)
  for (const process of processesOf(planned, context)) {
    for (const release of releasesOf(planned, context)) {
      for (const environment of environmentsOf(planned, context)) {
        yield {
          when: [process.when, release.when, environment.when].filter((words) => words !== '').join(', and '),
          call: {
            rack: context.rack,
            route,
            app,
            params,
            process: process.value,
            service,
            ...commandsFor(release.value?.newest ?? true),
            parameters,
            environment: environment.value,
            resource: null,
            release: release.value,
            ...rackParametersOf(planned, context),
            at: context.at,
            address: context.address,
          },
        }
      }
    }
  }
}

interface Possibility<T> {
  readonly when: string
  readonly value: T
}

const notYetMade = '(not made yet)'
const anyOther = '(another)'

function processesOf(planned: PlannedCall, context: PlannedContext): readonly Possibility<ProcessSubject | null>[] {
  const { ownRun } = context.facts
  const possible = possibleProcesses(planned, context)
  const fitting = ownRun === undefined ? possible : possible.filter(({ value }) => value?.own === ownRun)
  return fitting.length === 0 ? possible : fitting
}

function possibleProcesses(
  { process }: PlannedCall,
  { services, hasRoutePermission, facts }: PlannedContext,
): readonly Possibility<ProcessSubject | null>[] {
  if (process === null) return [{ when: '', value: null }]
  const { own } = process
  const service = process.service ?? facts.service ?? null
  const id = process.id ?? notYetMade
  if (own === 'yes') return [{ when: '', value: { id, known: true, service, own: true } }]
  if (service !== null) return ownAndOtherProcesses(id, [service], () => 'it is not a process of your own run')
  const named = [...new Set([commandServiceName, ...services(), anyOther, buildServiceName])]
  const processes = ownAndOtherProcesses(id, named, ofService)
  const unknown = { id, known: false, service: null, own: false }
  if (!hasRoutePermission)
    return [
      { when: 'it is not a process of your own run', value: unknown },
      ...processes.filter(({ value }) => value.own),
    ]
  const withoutService = {
    when: 'the process belongs to no service',
    value: { id, known: true, service: null, own: false },
  }
  return [...processes, { when: 'there is no such process', value: unknown }, withoutService]
}

function ownAndOtherProcesses(
  id: string,
  services: readonly string[],
  wordsFor: (service: string) => string,
): Possibility<ProcessSubject>[] {
  return [false, true].flatMap((own) =>
    services.map((service) => {
      const words = own ? 'it is a process of your own run' : wordsFor(service)
      return { when: words, value: { id, known: true, service, own } }
    }),
  )
}

function ofService(service: string): string {
  return service === anyOther ? 'it is a process of another service' : `it is a process of the service ${service}`
}

function releasesOf(
  { release }: PlannedCall,
  { hasRoutePermission, facts }: PlannedContext,
): readonly Possibility<RackCall['release']>[] {
  if (release === null || !hasRoutePermission) return [{ when: '', value: null }]
  const id = release.id ?? notYetMade
  if (facts.newestRelease !== undefined) return [{ when: '', value: { id, newest: facts.newestRelease } }]
  return [
    { when: 'the release is the newest one', value: { id, newest: true } },
    { when: 'the release is not the newest one', value: { id, newest: false } },
  ]
}

function environmentsOf(
  { environment }: PlannedCall,
  { hasRoutePermission, facts }: PlannedContext,
): readonly Possibility<RackCall['environment']>[] {
  if (environment === null || !hasRoutePermission) return [{ when: '', value: null }]
  if (facts.changed !== undefined) return [{ when: '', value: { changed: facts.changed } }]
  const { named, others } = environment
  const unchanged = { when: 'the environment stays as it is', value: { changed: [] } }
  const changes = named.length === 0 ? [] : [{ when: 'the environment changes', value: { changed: named } }]
  const other = { when: 'other keys of the environment change', value: { changed: [anyOther] } }
  return [unchanged, ...changes, ...(others === 'possible' ? [other] : [])]
}

export const rackUpdateRoute = 'PUT /system'

function rackParametersOf({ route }: PlannedCall, { facts: { rackParameters } }: PlannedContext) {
  return rackParameters === undefined || route.id !== rackUpdateRoute ? {} : { rackParameters }
}

type Commands = Pick<RackCall, 'command'> & Partial<Pick<RackCall, 'instanceCommand'>>

/** Reads the command once, because a long command takes time, and a planned call can have many scenarios. */
function commandReader({ command }: PlannedCall): (newestRelease: boolean) => Commands {
  if (command === null) return () => ({ command: null })
  const { header, by } = command
  if (by === 'shell') {
    const instanceCommand = decodeHeaderCommand(header)
    return () => ({ command: null, instanceCommand })
  }
  const read = readCommand(header, by)
  return (newestRelease) => ({ command: startedCommand(read, by, newestRelease) })
}

/** The options are unknown. But a detached run counts as a run without a terminal and without an entrypoint. */
function startedCommand(command: ReadCommand, by: 'run' | 'exec', newestRelease: boolean): RackCall['command'] {
  const absentOrUnknown = command.mode === 'detached' ? false : null
  return {
    ...command,
    options: {
      interactive: absentOrUnknown,
      entrypoint: absentOrUnknown,
      environment: [],
      newestRelease: by === 'run' ? newestRelease : null,
    },
  }
}
