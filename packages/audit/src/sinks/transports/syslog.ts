import { once } from 'node:events'
import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { SinkEvent } from './sink-event.ts'
import { syslogMessage } from './syslog-message.ts'
import type { SinkTransport } from './transport.ts'

export interface SyslogTransportOptions {
  readonly host: string
  readonly port: number
  /** False only for loopback addresses. */
  readonly tls: boolean
  /** PEM of the only trusted authorities; null for Node's own list. */
  readonly ca: string | null
  /** Host name in each message. */
  readonly from: string
  /** Maximum bytes of a message. */
  readonly limit: number
}

/** Syslog has no acknowledgments, so the last messages before a broken connection are sent again. */
const resend = { messages: 1_000, bytes: 1024 * 1024, milliseconds: 30_000 }

/**
 * Sends messages over one connection, each with its length first.
 *
 * @see RFC 5425, section 4.3
 */
export function createSyslogTransport(options: SyslogTransportOptions): SinkTransport {
  let socket: Socket | null = null
  let sent: { readonly frame: Buffer; readonly at: number }[] = []

  async function ensureConnection(signal: AbortSignal): Promise<Socket> {
    if (socket?.writable) return socket
    socket?.destroy()
    socket = await openConnection(options, signal)
    const unconfirmed = sent.filter(({ at }) => performance.now() - at < resend.milliseconds)
    if (unconfirmed.length > 0) await write(socket, Buffer.concat(unconfirmed.map(({ frame }) => frame)), signal)
    return socket
  }

  function remember(frames: readonly Buffer[]) {
    const at = performance.now()
    sent.push(...frames.map((frame) => ({ frame, at })))
    let bytes = sent.reduce((sum, { frame }) => sum + frame.length, 0)
    let first = 0
    for (; sent.length - first > resend.messages || bytes > resend.bytes; first++)
      bytes -= sent[first]?.frame.length ?? 0
    sent = sent.slice(first)
  }

  return {
    limits: { events: 200, characters: 256 * 1024 },
    async deliver(events, signal) {
      const frames = events.map((event) => frameOf(event, options))
      const current = await ensureConnection(signal)
      try {
        await write(current, Buffer.concat(frames), signal)
      } catch (error) {
        current.destroy()
        throw error
      }
      remember(frames)
    },
    async close() {
      // Ending the connection tells the receiver that the last message is complete.
      socket?.end()
      if (socket && !socket.destroyed) await once(socket, 'close').catch(() => {})
    },
  }
}

function frameOf(event: SinkEvent, { from, limit }: SyslogTransportOptions): Buffer {
  const message = syslogMessage(event, { host: from, limit })
  return Buffer.concat([Buffer.from(`${message.length} `), message])
}

async function openConnection({ host, port, tls, ca }: SyslogTransportOptions, signal: AbortSignal): Promise<Socket> {
  const socket = tls
    ? connectTls({
        host,
        port,
        minVersion: 'TLSv1.2',
        ...(isIP(host) === 0 && { servername: host }),
        ...(ca !== null && { ca }),
      })
    : connectPlain({ host, port })
  socket.setNoDelay(true)
  try {
    await once(socket, tls ? 'secureConnect' : 'connect', { signal })
  } catch (error) {
    socket.destroy()
    throw error
  }
  socket.on('error', () => {})
  // Reading detects that the server closed the connection.
  socket.on('end', () => socket.destroy())
  socket.resume()
  return socket
}

function write(socket: Socket, bytes: Buffer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown) => {
      signal.removeEventListener('abort', onAbort)
      socket.off('close', onClose)
      if (error) reject(error)
      else resolve()
    }
    const onAbort = () => {
      socket.destroy()
      settle(signal.reason)
    }
    const onClose = () => settle(new Error('the connection was closed'))
    signal.addEventListener('abort', onAbort)
    socket.on('close', onClose)
    socket.write(bytes, settle)
  })
}
