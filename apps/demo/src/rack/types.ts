import type { ServerOptions } from 'node:http'
import type { Clock } from './clock.ts'
import type { Fault, FaultHandle, RequestMatcher } from './faults.ts'
import type { ReceivedRequest } from './received.ts'
import type { RackState } from './state/rack.ts'
import type { RawHeaders } from './wire/headers.ts'
import type { ParameterPlaces, Parameters } from './wire/parameters.ts'
import type { WebSocketStream } from './wire/websocket.ts'

export interface DemoRackOptions {
  /** Shows in host names, in GET /system and in the processes' RACK_URL. */
  readonly name: string
  /** The rack's password: not empty. */
  readonly token: string
  /** The same seed makes the same ids, in the same order of calls. */
  readonly seed?: string
  readonly clock?: Clock
  /** Passed to node's server, over the demo rack's own settings (64 KiB headers and more, no time-outs). */
  readonly http?: ServerOptions
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer }
  /** For benchmarks: prepared answers, nothing recorded, no state. See `fixed-answers.ts`. */
  readonly fixedAnswers?: boolean
}

export interface DemoRack {
  /** @returns the URL without credentials; 0 (the default) takes any free port */
  listen(port?: number, host?: string): Promise<string>
  /** Destroys every connection and stops listening. */
  close(): Promise<void>
  /** @throws Error before `listen` */
  readonly url: string
  readonly token: string
  /** The last 10,000 requests, oldest first; each is there from its head on and fills as it goes. */
  readonly received: readonly ReceivedRequest[]
  clearReceived(): void
  /** Makes the next request that matches go wrong in one way, once. */
  onNext(matcher: RequestMatcher, fault: Fault): FaultHandle
  /** Open TCP connections. */
  readonly connections: number
}

/** What a handler gives back; the server adds what a rack puts on every answer. */
export interface Answer {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer | AsyncIterable<Buffer>
}

/** A call that was routed and authenticated, its parameters read. */
export interface Call {
  readonly rack: RackState
  readonly method: string
  /** Decoded. */
  readonly path: string
  readonly variables: Readonly<Record<string, string>>
  readonly parameters: Parameters
  readonly headers: RawHeaders
  /** Only on routes whose body is `raw`; must be read to its end. */
  readonly body: AsyncIterable<Buffer>
}

interface RouteBase {
  readonly path: string
  readonly parameters: ParameterPlaces
}

export interface HttpRoute extends RouteBase {
  readonly kind: 'http'
  readonly method: string
  /** `read`: into memory and parsed for parameters; `raw`: streamed to the handler. */
  readonly body: 'read' | 'raw'
  readonly handle: (call: Call) => Answer | Promise<Answer>
}

export interface WebSocketRoute extends RouteBase {
  readonly kind: 'websocket'
  readonly method: 'WS'
  /** The stream gets its end-of-file when this returns; what it throws goes out as `ERROR: …`. */
  readonly handle: (call: Call, stream: WebSocketStream) => Promise<void>
}

export type DemoRoute = HttpRoute | WebSocketRoute
