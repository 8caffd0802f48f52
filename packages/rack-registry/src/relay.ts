import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Direction } from './direction.ts'
import { closeCodes, createFrame, opcodes } from './frames.ts'
import type { TokenRedactor } from './token-redactor.ts'
import type { PayloadListener, Relay, RelayEnd, RelayRefusal } from './types.ts'

export interface RelayOptions {
  /** The caller's connection after the 101 response. */
  readonly client: Duplex
  /** Bytes that the caller sent directly after its handshake. */
  readonly clientHead: Buffer
  readonly rack: Duplex
  /** Bytes that the rack sent directly after its 101 response. */
  readonly rackHead: Buffer
  readonly onPayload?: PayloadListener
  /** Redacts the rack's token in the data for the caller. */
  readonly redactor?: TokenRedactor | null
  /**
   * Called if the rack begins with the message by which it rejects a password. The message waits for the result: with
   * null it is forwarded, because a program can print the same text; otherwise the relay ends.
   */
  readonly onRejection?: () => Promise<RelayRefusal | null>
  /** Milliseconds, monotonic. */
  readonly clock: { now(): number }
  /** Called with the size of each read, in both directions. */
  readonly onBytes?: (bytes: number) => void
  /** Milliseconds in which the close notice must be sent and a frame in progress must end. */
  readonly closeTimeout?: number
  /** Milliseconds in which the other side must disconnect, after it has received everything. */
  readonly disconnectTimeout?: number
}

/** A rack opens each websocket before it checks the password, and sends this frame first if the password is wrong. */
const rejection = createFrame('server', opcodes.text, Buffer.from('ERROR: invalid authentication\n'))

/** An idle relay has no timer and buffers no bytes. */
export function relay(options: RelayOptions): Relay {
  const { client, rack, onPayload = null, onRejection = null, clock, onBytes } = options
  const { closeTimeout = 500, disconnectTimeout = 5_000 } = options
  const startedAt = clock.now()
  // In the WebSocket protocol, the caller has the role of the client, and the rack that of the server.
  const toRack = new Direction('client', client, rack, onPayload)
  const toCaller = new Direction('server', rack, client, onPayload, options.redactor ?? null)
  let cause: Pick<RelayEnd, 'by' | 'reason' | 'code'> | null = null
  let closeTimer: NodeJS.Timeout | undefined
  let closing = false
  let openSides = 2
  let resolveEnded: (end: RelayEnd) => void = () => {}
  const ended = new Promise<RelayEnd>((resolve) => {
    resolveEnded = resolve
  })

  function destroyAfter(milliseconds: number): void {
    if (openSides === 0) return
    closeTimer ??= setTimeout(() => {
      if (cause?.by === 'gateway') discardUnsent(client)
      else client.destroy()
      rack.destroy()
    }, milliseconds)
  }

  function close(by: RelayEnd['by'], reason: string, code: number, text: string | null): void {
    if (closing) return
    closing = true
    cause ??= { by, reason, code }
    clearTimeout(closeTimer)
    closeTimer = undefined
    destroyAfter(closeTimeout)
    toRack.end({ code, reason, text: null })
    toRack.stop()
    toCaller.end({ code, reason, text })
  }

  function disconnect(sink: Duplex): void {
    toCaller.flush()
    sink.end(() => destroyAfter(disconnectTimeout))
  }

  function read(by: 'client' | 'rack', direction: Direction, chunk: Buffer): void {
    const violation = direction.read(chunk)
    onBytes?.(chunk.length)
    if (violation !== null) {
      close(by, `protocol error: ${violation}`, closeCodes.protocolError, null)
      direction.stop()
    } else if (direction.tracker.closeCode !== null) {
      cause ??= { by, reason: 'closed', code: direction.tracker.closeCode }
      // A rack leaves its connection open after the closing handshake.
      if (toRack.tracker.closeCode !== null && toCaller.tracker.closeCode !== null) {
        disconnect(client)
        disconnect(rack)
      }
    }
  }

  function onClosed(by: 'client' | 'rack'): void {
    cause ??= { by, reason: 'the connection was cut', code: null }
    openSides -= 1
    if (openSides === 0) {
      clearTimeout(closeTimer)
      const durationMs = Math.round(clock.now() - startedAt)
      resolveEnded({ ...cause, bytesIn: toRack.received, bytesOut: toCaller.received, durationMs })
    } else if (by === 'client') {
      toCaller.stop()
      rack.end()
      destroyAfter(disconnectTimeout)
    } else {
      toRack.stop()
      disconnect(client)
    }
  }

  function forward(by: 'client' | 'rack', direction: Direction, source: Duplex, sink: Duplex): void {
    source.on('data', (chunk: Buffer) => {
      if (by === 'client' || !waitForRefusal(chunk)) read(by, direction, chunk)
    })
    source.on('end', () => {
      cause ??= { by, reason: 'hung up', code: null }
      disconnect(sink)
    })
    source.on('error', () => {
      cause ??= { by, reason: 'the connection broke', code: null }
    })
    if (source.closed) queueMicrotask(() => onClosed(by))
    else source.on('close', () => onClosed(by))
  }

  /** Returns whether the first bytes of the rack wait for the result of `onRejection`. */
  function waitForRefusal(chunk: Buffer): boolean {
    if (toCaller.received > 0 || onRejection === null) return false
    if (!chunk.subarray(0, rejection.length).equals(rejection)) return false
    toCaller.hold()
    onRejection()
      .catch(() => null)
      .then((refusal) => {
        if (refusal === null) read('rack', toCaller, chunk)
        else close('gateway', refusal.reason, refusal.code, refusal.text)
        toCaller.release()
      })
    return true
  }

  forward('client', toRack, client, rack)
  forward('rack', toCaller, rack, client)
  if (options.rackHead.length > 0 && !waitForRefusal(options.rackHead)) read('rack', toCaller, options.rackHead)
  if (options.clientHead.length > 0) read('client', toRack, options.clientHead)

  return {
    ended,
    end: (reason, { text, code }) => close('gateway', reason, code, text ?? null),
    pause() {
      toRack.pause()
      toCaller.pause()
    },
    resume() {
      toRack.resume()
      toCaller.resume()
    },
    ping() {
      toRack.ping()
      toCaller.ping()
    },
    notify: (text) => !closing && toCaller.notify(text),
  }
}

/**
 * A caller that lost the permission and reads slowly must not get what is buffered here and in the kernel. So the
 * connection is reset.
 */
function discardUnsent(client: Duplex & Partial<Pick<Socket, 'resetAndDestroy'>>): void {
  if (client.resetAndDestroy === undefined) client.destroy()
  else client.resetAndDestroy()
}
