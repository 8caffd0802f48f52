import {
  compileMatcher,
  isTargetError,
  type RackRoute,
  rackRoutes,
  readParameters,
  readTarget,
} from '@rack-gateway/convox-api'
import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import type { RequestedCall } from '@rack-gateway/gateway-api'
import { invalid } from '../../errors/errors.ts'
import { toPlannedCall } from './planned-call.ts'

/** A call that a client reports as not sent. */
export interface StoppedCall {
  readonly planned: PlannedCall
  /** With `(unknown)` in place of what only the rack knows. */
  readonly path: string
  /** Null for a route of any method. */
  readonly method: string | null
}

const unknownSegment = '(unknown)'
const match = compileMatcher(rackRoutes)

/**
 * Accepts only what a call of this route could have contained, because the report becomes an audit event.
 *
 * @throws InvalidRequest
 */
export function toStoppedCall(requested: RequestedCall): StoppedCall {
  const planned = toPlannedCall(requested)
  const { route, params } = planned
  const path = route.path.replaceAll(/\{(\w+)(?::\.\*)?\}/g, (_, name: string) => params[name] ?? unknownSegment)
  const target = readTarget(path)
  const found = isTargetError(target) ? null : match(methodOf(route), target.path, route.kind)
  if (found?.route.id !== route.id || Object.keys(params).some((name) => found.params[name] !== params[name]))
    throw invalid('`call.params` are not the parameters of a path of this route.', 'Send the names in the path.')
  assertParameters(planned)
  return { planned, path, method: route.method === 'ANY' ? null : route.method }
}

function methodOf({ method }: RackRoute): string {
  return method === 'ANY' ? 'GET' : method
}

/** @throws InvalidRequest */
function assertParameters({ route, parameters: { query, form, headers }, command }: PlannedCall): void {
  const names = command === null ? headers : [...headers.filter((name) => name !== 'command'), 'command']
  const read = readParameters(route, {
    method: methodOf(route),
    search: query.length === 0 ? '' : `?${pairs(query)}`,
    contentType: form.length === 0 ? '' : 'application/x-www-form-urlencoded',
    body: form.length === 0 ? null : Buffer.from(pairs(form)),
    rawHeaders: names.flatMap((name) => [name, name === 'command' ? (command?.header ?? '') : '']),
  })
  if ('rule' in read) throw invalid(`\`call\` is not valid: ${read.reason}`, read.remedy)
  const unknown = names.some((name) => !read.headers.has(name))
  if (unknown) throw invalid('`call` has a header that this route does not take.', 'Leave the header out.')
}

function pairs(names: readonly string[]): string {
  return names.map((name) => `${encodeURIComponent(name)}=`).join('&')
}
