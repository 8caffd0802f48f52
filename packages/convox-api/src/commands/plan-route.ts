import { routesById } from '../routes/routes.ts'
import type { PathParameters } from '../routes/types.ts'
import { plannedCalls } from './planned-call.ts'
import { essentialCall } from './step.ts'
import { type CommandContext, isUnpredictable, type PlannedCall, type Unpredictable } from './types.ts'

/** A call that is described by its route. */
export interface RouteCall {
  /** Such as `POST /apps/{app}/releases/{id}/promote`. */
  readonly route: string
  /** Path parameters. A missing parameter counts as a value that only the rack knows. The app is required. */
  readonly params: PathParameters
  /** Names of the query parameters that are sent. */
  readonly query: readonly string[]
  /** Names of the form parameters that are sent. */
  readonly form: readonly string[]
  /** Names of the option headers that are sent. */
  readonly headers: readonly string[]
  /** The command of a run, an exec, or a shell on an instance, as it would be typed. */
  readonly command: string | null
  readonly release: string | null
}

/** A call that names its route needs no context. */
const emptyContext: CommandContext = { appSetting: null, directory: '', rack: null, input: 'terminal' }

export function planRoute({ route: id, params, command, release, ...names }: RouteCall): PlannedCall | Unpredictable {
  const route = routesById.get(id)
  if (route === undefined) return { unpredictable: `the route ${id} does not exist` }
  const unknown = Object.keys(params).find(
    (name) => !route.path.includes(`{${name}}`) && !route.path.includes(`{${name}:.*}`),
  )
  if (unknown !== undefined) return { unpredictable: `the path of ${id} has no {${unknown}}` }
  if (route.path.startsWith('/apps/{app}') && params.app === undefined) return { unpredictable: `${id} needs an app` }
  const sources = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, () => value]))
  const step = essentialCall(id, {
    paths: () => [sources],
    ...names,
    ...(command !== null && { command: () => command }),
    release: () => (release === null ? null : { id: release }),
    environment: () => (route.permission === 'release:create' ? { named: [], others: 'possible' } : null),
  })
  const calls = plannedCalls(step, { args: [], flags: new Map(), context: emptyContext })
  if (isUnpredictable(calls)) return calls
  const [call] = calls
  return call ?? { unpredictable: `the route ${id} does not exist` }
}
