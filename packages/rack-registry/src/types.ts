import type { Duplex, Readable, Writable } from 'node:stream'
import type { TokenRedactor } from './token-redactor.ts'

/** One rack. `RACK_URL_STAGING` and `RACK_TOKEN_STAGING` configure the rack `staging`. */
export interface RackSettings {
  readonly name: string
  /** http or https, without path, credentials, and query. */
  readonly url: URL
  /** The rack's password. The gateway sends it only to the rack. */
  readonly token: string
  /** True only with `RACK_TLS_INSECURE_<NAME>=true`. */
  readonly tlsInsecure: boolean
  /** PEM of the only trusted authorities. By default, the authorities that Node trusts. */
  readonly tlsCa?: string | null
  /** `sha256/<base64>` of the allowed public keys. By default, any key. Checked with `tlsInsecure`, too. */
  readonly tlsPins?: readonly string[]
}

/** `headers` has names and values in turns, in latin1. `Rack.send` adds Host, credentials, length, and hop-by-hop headers. */
export interface UpstreamRequest {
  readonly method: string
  /** The canonical target, sent unchanged. */
  readonly target: string
  readonly headers: readonly string[]
  /** `null` for no body. A Buffer is sent with its length; a stream with `length`, or chunked if `length` is null. */
  readonly body: Buffer | Readable | null
  readonly length: number | null
  /** The connection pool, `calls` by default. Calls of one pool never wait for those of another pool. */
  readonly pool?: PoolName
  /** Whether another server answers, through the rack. The status 401 can then be the response of that server. */
  readonly isPassedOn?: boolean
}

/** `transfers`: uploads and downloads, which may take hours. `questions`: calls of the gateway for its decisions. */
export type PoolName = 'calls' | 'transfers' | 'questions'

/**
 * What an attempt to send a request shows about a rack. `accepted`: the rack accepted the gateway's password.
 * `rejected`: it rejected the password. `answered`: it answered, perhaps before it checked the password. `unreachable`:
 * there is no connection.
 */
export type RackContact = 'accepted' | 'rejected' | 'answered' | 'unreachable'

/** Consume the body exactly once: with `pipe`, `collect`, `collectChunks`, or `discard`. */
export interface UpstreamResponse {
  readonly status: number
  readonly statusText: string
  /** Alternating names and values, without Content-Length and the headers that `responseHead` removes. */
  readonly headers: readonly string[]
  /** Content-Length, or null if unknown. */
  readonly length: number | null
  header(lowerCaseName: string): string | undefined
  /**
   * Resolves with the number of bytes when `sink` emits `finish`. Rejects with RackBroken when the response breaks off,
   * and with CallerGone when `sink` closes. A rejection does not end `sink`: destroy the caller's connection, so that a
   * partial response does not look complete. A redactor replaces the rack's token and keeps lengths.
   */
  pipe(sink: Writable, redactor?: TokenRedactor | null): Promise<number>
  /** Rejects with ResponseTooLarge above `limit` bytes, and with RackBroken when the response breaks off. */
  collect(limit: number): Promise<Buffer>
  /**
   * As `collect`, without joining the chunks, because joining takes long for a large body. Returns no promise if the
   * whole body has arrived and needs no reservation.
   */
  collectChunks(limit: number, budget?: MemoryBudget): readonly Buffer[] | Promise<readonly Buffer[]>
  /** Discards the body. The connection is reused if little of the body is left. */
  discard(): void
}

export interface MemoryBudget {
  /** Bytes that need no reservation. */
  readonly freeBytes: number
  /**
   * Reserves memory for the whole body. Called once, when more than `freeBytes` have arrived. Reading pauses until the
   * promise resolves. If the promise rejects, the body is aborted with the same error.
   */
  reserve(): Promise<void>
}

export type UpstreamUpgrade =
  | {
      readonly upgraded: true
      readonly socket: Duplex
      /** Bytes that the rack sent directly after its 101 response. */
      readonly head: Buffer
      /** The value of `Sec-WebSocket-Accept`. */
      readonly accept: string
      readonly headers: readonly string[]
    }
  | { readonly upgraded: false; readonly response: UpstreamResponse }

export interface AbortListener {
  handleEvent(): void
}

/** An AbortSignal, or the cheaper CallerSignal. */
export interface CallSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: AbortListener): void
  removeEventListener(type: 'abort', listener: AbortListener): void
}

export interface Rack extends RackSettings {
  /**
   * No retries. Rejects with RackUnreachable or RackNotPinned before anything was sent, and with RackBroken after.
   * Rejects with RackRejectsGateway if the rack answers with the status 401.
   * Rejects with CallerGone when the signal aborts, and with BodyTooSlow when the request body stalls.
   */
  send(request: UpstreamRequest, signal: CallSignal): Promise<UpstreamResponse>
  /**
   * Opens a websocket with a new key, without extensions and subprotocols. A rack opens each websocket, and then
   * rejects a wrong password in a message.
   */
  upgrade(request: UpstreamRequest, signal: CallSignal): Promise<UpstreamUpgrade>
  /**
   * The expiry of the certificate of the newest TLS connection. Null for plain http, and before the first connection.
   * With `tlsInsecure`, that certificate was not verified.
   */
  certificateExpiry(): Date | null
  close(): Promise<void>
}

/** Why the gateway ends a relay, the text for the caller, and the close code. */
export interface RelayRefusal {
  readonly reason: string
  readonly text: string
  readonly code: number
}

export interface RelayEnd {
  readonly by: 'client' | 'rack' | 'gateway'
  readonly reason: string
  /** The websocket close code that was received or sent; null if the connection ended without a close code. */
  readonly code: number | null
  readonly bytesIn: number
  readonly bytesOut: number
  readonly durationMs: number
}

/**
 * Gets payload bytes before redaction, still with the WebSocket mask. Do not keep the buffer, because the redactor
 * changes it afterwards.
 */
export type PayloadListener = (
  direction: 'in' | 'out',
  opcode: number,
  payload: Buffer,
  mask: number,
  maskOffset: number,
  endOfMessage: boolean,
) => void

export interface Relay {
  readonly ended: Promise<RelayEnd>
  /**
   * Sends a close frame to both sides, and closes both connections. The client gets `text` first, unless a message to
   * it is incomplete. If a short frame to the client is incomplete, waits for its rest. If a short frame to the rack is
   * incomplete, the rack gets no close frame.
   */
  end(reason: string, options: { text?: string; code: number }): void
  /** Stops reading from both sides until `resume`. */
  pause(): void
  resume(): void
  ping(): void
  /**
   * Sends the client a text message, after the message in progress.
   *
   * @returns false if the client reads too slowly or the relay ends; then nothing is sent
   */
  notify(text: string): boolean
}
