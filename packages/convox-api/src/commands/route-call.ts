import { routesById } from '../routes.ts'
import type { PathParameters } from '../types.ts'
import { plannedCalls } from './planned-call.ts'
import { ask } from './step.ts'
import { type CommandPlace, type Doubt, isDoubt, type PlannedCall } from './types.ts'

/** A call that somebody describes by its route. */
export interface RouteWords {
  /** Such as `POST /apps/{app}/releases/{id}/promote`. */
  readonly route: string
  /** Path parameters; one that is left out only the rack knows. */
  readonly params: PathParameters
  /** Names of what is sent, by place. */
  readonly query: readonly string[]
  readonly form: readonly string[]
  readonly headers: readonly string[]
  /** Of a run, an exec or a shell on an instance, as it would be typed. */
  readonly command: string | null
  /** The release that a run asks for. */
  readonly release: string | null
}

/** Nothing of a call by its route depends on where it is made. */
const anywhere: CommandPlace = { appSetting: null, directory: '', rack: null, input: 'terminal' }

/** The call of a route, as a plan of a command has it. */
export function planRoute({ route: id, params, command, release, ...sent }: RouteWords): PlannedCall | Doubt {
  const route = routesById.get(id)
  if (route === undefined) return { doubt: `there is no route ${id}` }
  const unknown = Object.keys(params).find(
    (name) => !route.path.includes(`{${name}}`) && !route.path.includes(`{${name}:.*}`),
  )
  if (unknown !== undefined) return { doubt: `the path of ${id} has no {${unknown}}` }
  if (route.path.startsWith('/apps/{app}') && params.app === undefined) return { doubt: `${id} needs an app` }
  const at = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, () => value]))
  const step = ask(id, {
    paths: () => [at],
    ...sent,
    ...(command !== null && { command: () => command }),
    release: () => (release === null ? null : { id: release }),
    environment: () => (route.permission === 'release:create' ? { named: [], others: 'possible' } : null),
  })
  const calls = plannedCalls(step, { args: [], flags: new Map(), place: anywhere })
  if (isDoubt(calls)) return calls
  const [call] = calls
  return call ?? { doubt: `there is no route ${id}` }
}
