import { type HttpMessage, headerOf, parseMessage } from '@rack-gateway/testing/http'
import { decodeFrames, type Frame } from '@rack-gateway/testing/websocket'
import type { CliRecording } from './recordings.ts'

export interface RecordedExchange {
  /** Index of the TCP connection in the recording. */
  readonly connection: number
  readonly request: HttpMessage
  readonly response: HttpMessage
  /** The frames that the rack sent after a 101; null for any other status. */
  readonly frames: readonly Frame[] | null
  /** The bytes that the client sent after the 101: masked frames. */
  readonly sent: string
  /** When the rack answered, in milliseconds since 1970, to the second. Null without a `Date` header. */
  readonly at: number | null
}

/**
 * Orders the exchanges by the dates of the responses, because connections were open at the same time. The CLI sends a
 * probe (`GET /machines` or `/racks`) before each websocket. A websocket therefore follows its probe, and gets the
 * probe's time.
 */
export function scheduleOf(recording: CliRecording): RecordedExchange[] {
  const all = recording.connections.flatMap(readConnection)
  const sockets = all.filter(({ frames }) => frames !== null)
  const ordinary = all.filter(({ frames }) => frames === null).sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
  const scheduled = ordinary.flatMap((exchange) => {
    const socket = isProbe(exchange.request) ? sockets.shift() : undefined
    return socket === undefined ? [exchange] : [exchange, { ...socket, at: exchange.at }]
  })
  return [...scheduled, ...sockets]
}

function isProbe(request: HttpMessage): boolean {
  return /^GET \/(?:machines|racks)\?? /.test(request.startLine)
}

function readConnection(segments: CliRecording['connections'][number], connection: number): RecordedExchange[] {
  const exchanges: RecordedExchange[] = []
  let sent = bytesOf(segments, '>')
  let answered = bytesOf(segments, '<')
  while (sent !== '' && answered !== '') {
    const request = parseMessage(sent)
    const response = parseMessage(answered, { ended: true })
    if (request === null || response === null) break
    const date = headerOf(response.message, 'date')
    const exchange = {
      connection,
      request: request.message,
      response: response.message,
      at: date === null ? null : Date.parse(date),
    }
    if (response.message.startLine.startsWith('HTTP/1.1 101')) {
      const frames = decodeFrames(Buffer.from(response.rest, 'latin1'), 'server')
      return [...exchanges, { ...exchange, frames, sent: request.rest }]
    }
    exchanges.push({ ...exchange, frames: null, sent: '' })
    sent = request.rest
    answered = response.rest
  }
  return exchanges
}

function bytesOf(segments: CliRecording['connections'][number], direction: '>' | '<'): string {
  return segments.flatMap(([sender, bytes]) => (sender === direction ? [bytes] : [])).join('')
}
