import { RackError } from '../errors.ts'
import { notYet } from '../handlers/system.ts'
import type { Call, DemoRoute, HttpRoute, WebSocketRoute } from '../types.ts'
import type { ParameterPlaces } from '../wire/parameters.ts'

/** A route whose body is read for its parameters, if it has any. */
export function http(
  method: string,
  path: string,
  handle: HttpRoute['handle'],
  parameters: ParameterPlaces = {},
): HttpRoute {
  return { kind: 'http', method, path, handle, parameters, body: 'read' }
}

/** A route whose body is streamed to its handler. */
export function upload(
  method: string,
  path: string,
  handle: HttpRoute['handle'],
  parameters: ParameterPlaces = {},
): HttpRoute {
  return { kind: 'http', method, path, handle, parameters, body: 'raw' }
}

export function websocket(
  path: string,
  handle: WebSocketRoute['handle'],
  parameters: ParameterPlaces = {},
): WebSocketRoute {
  return { kind: 'websocket', method: 'WS', path, handle, parameters }
}

/** A route of the contract that says 501 after authentication; a websocket says so in its stream. */
export function later(method: string, path: string, parameters: ParameterPlaces = {}): DemoRoute {
  return method === 'WS' ? websocket(path, notYetOnStream, parameters) : http(method, path, notYet, parameters)
}

async function notYetOnStream({ path }: Call): Promise<void> {
  throw new RackError(501, `not part of this demo rack yet: GET ${path}`)
}
