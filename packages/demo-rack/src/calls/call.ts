import type { RackState } from '../state/rack.ts'
import type { RawHeaders } from '../wire/headers.ts'
import type { ParameterSources, Parameters } from '../wire/parameters.ts'
import type { RackResponse } from '../wire/response.ts'
import type { WebSocketStream } from '../wire/websocket.ts'

/** A routed and authenticated call with parsed parameters. */
export interface Call {
  readonly rack: RackState
  readonly method: string
  /** Decoded. */
  readonly path: string
  readonly variables: Readonly<Record<string, string>>
  readonly parameters: Parameters
  readonly headers: RawHeaders
  /** Only on routes whose body is `raw`. The handler must read the whole body. */
  readonly body: AsyncIterable<Buffer>
}

interface RouteBase {
  readonly path: string
  readonly parameters: ParameterSources
}

export interface HttpRoute extends RouteBase {
  readonly kind: 'http'
  readonly method: string
  /** `read`: read into memory and parsed for parameters; `raw`: streamed to the handler. */
  readonly body: 'read' | 'raw'
  readonly handle: (call: Call) => RackResponse | Promise<RackResponse>
}

export interface WebSocketRoute extends RouteBase {
  readonly kind: 'websocket'
  readonly method: 'WS'
  /** The stream ends when the promise resolves. The rack sends an error as `ERROR: …`. */
  readonly handle: (call: Call, stream: WebSocketStream) => Promise<void>
}

export type DemoRoute = HttpRoute | WebSocketRoute
