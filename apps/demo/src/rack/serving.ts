import type { IncomingMessage } from 'node:http'
import type { PlannedFault } from './faults.ts'
import { newId } from './random.ts'
import { type createReceivedLog, type Recording, understand } from './received.ts'
import type { RackState } from './state/rack.ts'
import type { Answer, Call, DemoRoute } from './types.ts'
import { textOf } from './wire/bytes.ts'
import { readForm } from './wire/form.ts'
import { allHeaders } from './wire/headers.ts'
import { readParameters } from './wire/parameters.ts'
import type { RouteResult, Router } from './wire/router.ts'
import { readTarget } from './wire/target.ts'

/** What both kinds of request need in order to be served. */
export interface Serving {
  readonly rack: RackState
  readonly findRoute: Router<DemoRoute>
  readonly log: ReturnType<typeof createReceivedLog>
  readonly takeFault: (method: string, target: string) => PlannedFault | null
}

/** A request that was taken down and matched. */
export interface Arrival {
  readonly recording: Recording
  readonly method: string
  /** Decoded, as text. */
  readonly path: string
  readonly query: string
  readonly match: RouteResult<DemoRoute> | { readonly found: 'bad-target' }
  readonly fault: PlannedFault | null
}

export function arrive(serving: Serving, message: IncomingMessage): Arrival {
  const { method = '', url = '', rawHeaders } = message
  const recording = serving.log.open(method, url, rawHeaders)
  const fault = serving.takeFault(method, url)
  const target = readTarget(url)
  if (target === null) return { recording, method, path: '', query: '', match: { found: 'bad-target' }, fault }
  const match = serving.findRoute({ method, path: target.path, upgrades: allHeaders(rawHeaders, 'upgrade') })
  if (match.found === 'route') {
    recording.route = `${match.route.method} ${match.route.path}`
    recording.variables = match.variables
  }
  return { recording, method, path: textOf(target.path), query: target.query, match, fault }
}

/** The call with its parameters read, as the handler and the record see it. */
export function toCall(
  serving: Serving,
  arrival: Arrival,
  route: DemoRoute,
  body: { readonly whole: Buffer; readonly stream: AsyncIterable<Buffer> },
): Call {
  const { recording, method, path, query } = arrival
  const form = readForm(method, query, recording.rawHeaders, body.whole)
  const parameters = readParameters(route.parameters, form, recording.rawHeaders)
  understand(recording, parameters)
  const { variables, rawHeaders: headers } = recording
  return { rack: serving.rack, method, path, variables, parameters, headers, body: body.stream }
}

/** The headers that a rack puts on every answer of a route. */
export function secured(serving: Serving, answer: Answer): Answer {
  const added = [
    ['Request-Id', newId.request(serving.rack.random)],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Frame-Options', 'DENY'],
  ] as const
  return { ...answer, headers: [...answer.headers, ...added] }
}

/** How Go's server answers what it can't parse, before any handler. */
export const badRequest: Answer = {
  status: 400,
  headers: [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Connection', 'close'],
  ],
  body: Buffer.from('400 Bad Request'),
}
