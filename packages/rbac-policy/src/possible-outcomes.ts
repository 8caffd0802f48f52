import { decodeHeaderCommand, readCommand } from '@rack-gateway/command-matcher'
import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { buildService } from './blocked-operations.ts'
import { commandService } from './required-permissions.ts'
import type { ProcessSubject, RackCall } from './types.ts'

/** Where a planned call would be made, and what the policy says of names. */
export interface PlannedPlace {
  readonly rack: string
  /** Where the call would come from; null where that isn't known. */
  readonly address: string | null
  readonly at: number
  /** Names of services that the policy knows: a process may be of one of them. */
  readonly services: () => readonly string[]
  /** Whether the caller holds the route's permission: without it, the gateway asks the rack nothing. */
  readonly asks: boolean
  readonly known: KnownOfRack
}

/** Facts that only the rack knows. Missing facts are unknown. */
export interface KnownOfRack {
  /** The service of the process that the call concerns. */
  readonly service?: string
  /** Whether that process is one of the caller's own run. */
  readonly ownRun?: boolean
  /** Whether the release that a run asks for is the newest one. */
  readonly newestRelease?: boolean
  /** Keys of the environment that a new release changes. */
  readonly changed?: readonly string[]
  /** Names of the rack's parameters that it changes. */
  readonly rackParameters?: readonly string[]
}

/** One way in which a planned call may turn out, and in which words. */
export interface Scenario {
  /** What has to be so, as what follows "if". Empty where nothing is open. */
  readonly when: string
  readonly call: RackCall
}

/** Every way in which a planned call may turn out, the plainest first: one of each kind that a policy tells apart. */
export function possibleOutcomes(planned: PlannedCall, place: PlannedPlace): Scenario[] {
  const { route, params, app, service, parameters } = planned
  const scenarios: Scenario[] = []
  for (const process of processesOf(planned, place)) {
    for (const release of releasesOf(planned, place)) {
      for (const environment of environmentsOf(planned, place)) {
        scenarios.push({
          when: [process.when, release.when, environment.when].filter((words) => words !== '').join(', and '),
          call: {
            rack: place.rack,
            route,
            app,
            params,
            process: process.is,
            service,
            ...commandsOf(planned, release.is?.newest ?? true),
            parameters,
            environment: environment.is,
            resource: null,
            release: release.is,
            ...rackParametersOf(planned, place),
            at: place.at,
            address: place.address,
          },
        })
      }
    }
  }
  return scenarios
}

interface Possibility<T> {
  readonly when: string
  readonly is: T
}

const notYetMade = '(not made yet)'
const ofAnyOther = '(another)'

function processesOf(planned: PlannedCall, place: PlannedPlace): readonly Possibility<ProcessSubject | null>[] {
  const { ownRun } = place.known
  const possible = everyProcess(planned, place)
  const fitting = ownRun === undefined ? possible : possible.filter(({ is }) => is?.own === ownRun)
  return fitting.length === 0 ? possible : fitting
}

function everyProcess(
  { process }: PlannedCall,
  { services, asks, known }: PlannedPlace,
): readonly Possibility<ProcessSubject | null>[] {
  if (process === null) return [{ when: '', is: null }]
  const { own } = process
  const service = process.service ?? known.service ?? null
  const id = process.id ?? notYetMade
  if (own === 'yes') return [{ when: '', is: { id, known: true, service, own: true } }]
  if (service !== null) return ownAndForeign(id, [service], () => 'it is not a process of your own run')
  const named = [...new Set([commandService, ...services(), ofAnyOther, buildService])]
  const scenarios = ownAndForeign(id, named, ofService)
  const unknown = { id, known: false, service: null, own: false }
  if (!asks)
    return [{ when: 'it is not a process of your own run', is: unknown }, ...scenarios.filter(({ is }) => is.own)]
  const ofNone = { when: 'the process belongs to no service', is: { id, known: true, service: null, own: false } }
  return [...scenarios, { when: 'there is no such process', is: unknown }, ofNone]
}

function ownAndForeign(
  id: string,
  services: readonly string[],
  wordsFor: (service: string) => string,
): Possibility<ProcessSubject>[] {
  return [false, true].flatMap((own) =>
    services.map((service) => {
      const words = own ? 'it is a process of your own run' : wordsFor(service)
      return { when: words, is: { id, known: true, service, own } }
    }),
  )
}

function ofService(service: string): string {
  return service === ofAnyOther ? 'it is a process of another service' : `it is a process of the service ${service}`
}

function releasesOf(
  { release }: PlannedCall,
  { asks, known }: PlannedPlace,
): readonly Possibility<RackCall['release']>[] {
  if (release === null || !asks) return [{ when: '', is: null }]
  const id = release.id ?? notYetMade
  if (known.newestRelease !== undefined) return [{ when: '', is: { id, newest: known.newestRelease } }]
  return [
    { when: 'the release is the newest one', is: { id, newest: true } },
    { when: 'the release is not the newest one', is: { id, newest: false } },
  ]
}

function environmentsOf(
  { environment }: PlannedCall,
  { asks, known }: PlannedPlace,
): readonly Possibility<RackCall['environment']>[] {
  if (environment === null || !asks) return [{ when: '', is: null }]
  if (known.changed !== undefined) return [{ when: '', is: { changed: known.changed } }]
  const { named, others } = environment
  const unchanged = { when: 'the environment stays as it is', is: { changed: [] } }
  const changes = named.length === 0 ? [] : [{ when: 'the environment changes', is: { changed: named } }]
  const other = { when: 'other keys of the environment change', is: { changed: [ofAnyOther] } }
  return [unchanged, ...changes, ...(others === 'possible' ? [other] : [])]
}

/** The route by which the rack itself is changed. */
export const rackRoute = 'PUT /system'

function rackParametersOf({ route }: PlannedCall, { known: { rackParameters } }: PlannedPlace) {
  return rackParameters === undefined || route.id !== rackRoute ? {} : { rackParameters }
}

function commandsOf(
  { command }: PlannedCall,
  newestRelease: boolean,
): Pick<RackCall, 'command'> & Partial<Pick<RackCall, 'instanceCommand'>> {
  if (command === null) return { command: null }
  const { header, by } = command
  if (by === 'shell') return { command: null, instanceCommand: decodeHeaderCommand(header) }
  return { command: startedCommand(header, by, newestRelease) }
}

/** How it is started isn't known, but for a run that nobody waits for: that one has no terminal. */
function startedCommand(header: string, by: 'run' | 'exec', newestRelease: boolean): RackCall['command'] {
  const command = readCommand(header, by)
  const known = command.mode === 'detached' ? false : null
  return {
    ...command,
    options: {
      interactive: known,
      entrypoint: known,
      environment: [],
      newestRelease: by === 'run' ? newestRelease : null,
    },
  }
}
