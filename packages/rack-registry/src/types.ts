import type { Duplex, Readable, Writable } from 'node:stream'
import type { TokenVeil } from './token-veil.ts'

/** One upstream Convox rack API. `RACK_URL_STAGING` + `RACK_TOKEN_STAGING` make the rack `staging`. */
export interface RackSettings {
  readonly name: string
  /** http or https, no path but `/`, no credentials, no query. */
  readonly url: URL
  /** The rack's password. Never leaves the gateway. */
  readonly token: string
  /** True only with `RACK_TLS_INSECURE_<NAME>=true`. */
  readonly tlsInsecure: boolean
  /** PEM: the only authorities that may have signed its certificate. Absent: those that Node knows. */
  readonly tlsCa?: string | null
  /** `sha256/<base64>` of the public keys that it may have, whether or not its certificate is verified. None: any key. */
  readonly tlsPins?: readonly string[]
}

/** What is sent to the rack. Headers are a flat list of names and values, in order, latin1, without Host, credentials, length or hop-by-hop ones: the rack adds those. */
export interface UpstreamRequest {
  readonly method: string
  /** Canonical target, sent as it is. */
  readonly target: string
  readonly headers: readonly string[]
  /** `null`: no body. A Buffer is sent with its length; a stream with `length`, or chunked when that is null. */
  readonly body: Buffer | Readable | null
  readonly length: number | null
  /** Whose connections it uses, so that none of these waits for another: `calls` when absent. */
  readonly pool?: PoolName
}

/** `transfers`: uploads and downloads, which may last for hours. `questions`: the gateway's own, which a decision waits for. */
export type PoolName = 'calls' | 'transfers' | 'questions'

/** The rack's answer once its head has come. The body must be taken exactly once: `pipe`, `collect` or `discard`. */
export interface UpstreamAnswer {
  readonly status: number
  readonly statusText: string
  /** Flat names and values as the rack sent them, without what `answerHead` removes. Never Content-Length: whoever writes the answer sets it from `length` or from what is left after a mask. */
  readonly headers: readonly string[]
  /** Content-Length, or null when unknown. */
  readonly length: number | null
  header(lowerCaseName: string): string | undefined
  /**
   * Streams into `sink` with back-pressure both ways, ends it, and resolves with the bytes when all is flushed.
   * Rejects, and leaves `sink` unended, when the rack's answer breaks off (RackBroken) or `sink` goes away (CallerGone):
   * the caller's connection must then be destroyed, so that a part is not taken for the whole.
   * With a veil, the rack's token is covered as it passes; lengths stay.
   */
  pipe(sink: Writable, veil?: TokenVeil | null): Promise<number>
  /** The whole body; rejects with AnswerTooLarge above `limit` bytes, with RackBroken when it breaks off. */
  collect(limit: number, room?: CollectRoom): Promise<Buffer>
  /** Gives the body up. The connection is kept when little is left of it. */
  discard(): void
}

/** The memory of a body that is collected. */
export interface CollectRoom {
  /** Bytes that may be held without asking. */
  readonly free: number
  /** Asked once, when more come. Until it resolves, nothing more is read; when it rejects, the body is given up with its error. */
  take(): Promise<void>
}

/** A finished upstream websocket handshake, or the rack's refusal of it. */
export type UpstreamUpgrade =
  | {
      readonly upgraded: true
      readonly socket: Duplex
      readonly head: Buffer
      readonly accept: string
      readonly headers: readonly string[]
    }
  | { readonly upgraded: false; readonly answer: UpstreamAnswer }

export interface AbortListener {
  handleEvent(): void
}

/** What ends a call from outside. An AbortSignal is one; CallerSignal is a cheap one for the hot path. */
export interface CallSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: AbortListener): void
  removeEventListener(type: 'abort', listener: AbortListener): void
}

export interface Rack extends RackSettings {
  /** Sends one request; never again, whatever happens. Rejects with RackUnreachable or RackNotPinned before anything was sent, RackBroken after. */
  send(request: UpstreamRequest, signal: CallSignal): Promise<UpstreamAnswer>
  /** Opens a websocket with a key of the gateway's own and without extensions or subprotocols. */
  upgrade(request: UpstreamRequest, signal: CallSignal): Promise<UpstreamUpgrade>
  close(): Promise<void>
}

/** How a relayed websocket ended. */
export interface RelayEnd {
  readonly by: 'client' | 'rack' | 'gateway'
  readonly reason: string
  /** Websocket close code that was seen or sent; null when the connection just ended. */
  readonly code: number | null
  readonly bytesIn: number
  readonly bytesOut: number
  readonly durationMs: number
}

/** Payload bytes as they came, before anything in them is covered, unmasked on demand by the tap's owner; must not be kept (the buffer is reused by the socket). */
export type RelayTap = (
  direction: 'in' | 'out',
  opcode: number,
  payload: Buffer,
  mask: number,
  maskOffset: number,
  end: boolean,
) => void

export interface Relay {
  readonly ended: Promise<RelayEnd>
  /** Puts a text (if any) and a close frame between frames towards the client, and closes both sides. Safe at any moment, also in the middle of a huge frame. */
  end(reason: string, options: { text?: string; code: number }): void
  /** Reads no more from either side until `release`: what a tap can't take, nobody gets. */
  hold(): void
  release(): void
  /** Puts a ping between frames, in both directions. */
  ping(): void
}
