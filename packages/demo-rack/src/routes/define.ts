import type { HttpRoute, WebSocketRoute } from '../calls/call.ts'
import type { ParameterSources } from '../wire/parameters.ts'

/** A route whose body is read into memory and parsed for parameters. */
export function http(
  method: string,
  path: string,
  handle: HttpRoute['handle'],
  parameters: ParameterSources = {},
): HttpRoute {
  return { kind: 'http', method, path, handle, parameters, body: 'read' }
}

/** A route whose body is streamed to its handler. */
export function upload(
  method: string,
  path: string,
  handle: HttpRoute['handle'],
  parameters: ParameterSources = {},
): HttpRoute {
  return { kind: 'http', method, path, handle, parameters, body: 'raw' }
}

export function websocket(
  path: string,
  handle: WebSocketRoute['handle'],
  parameters: ParameterSources = {},
): WebSocketRoute {
  return { kind: 'websocket', method: 'WS', path, handle, parameters }
}
