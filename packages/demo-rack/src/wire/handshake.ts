import { allHeaders, firstHeader, hasToken, type RawHeaders } from './headers.ts'
import type { RackResponse } from './response.ts'
import { acceptKey } from './websocket.ts'

/** Null for a valid upgrade. Makes the checks of gorilla/websocket, in the same order. */
export function upgradeRefusal(headers: RawHeaders): RackResponse | null {
  if (!hasToken(headers, 'connection', 'upgrade')) return refusal(400, 'Bad Request')
  if (!allHeaders(headers, 'sec-websocket-version').includes('13')) return refusal(400, 'Bad Request')
  if (!isSameOrigin(firstHeader(headers, 'origin'), firstHeader(headers, 'host') ?? ''))
    return refusal(403, 'Forbidden')
  if ((firstHeader(headers, 'sec-websocket-key') ?? '') === '') return refusal(400, 'Bad Request')
  return null
}

/** The head of the response that accepts the upgrade, without an extension or a subprotocol. */
export function acceptedUpgrade(headers: RawHeaders): string {
  const key = firstHeader(headers, 'sec-websocket-key') ?? ''
  const accept = `Sec-WebSocket-Accept: ${acceptKey(key)}`
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${accept}\r\n\r\n`
}

/** A missing Origin is valid. Otherwise, it must contain the requested host. */
function isSameOrigin(origin: string | null, host: string): boolean {
  if (origin === null || origin === '') return true
  const authority = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/.exec(origin)?.[1]
  return authority !== undefined && authority.slice(authority.lastIndexOf('@') + 1).toLowerCase() === host.toLowerCase()
}

function refusal(status: number, text: string): RackResponse {
  const headers = [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Sec-Websocket-Version', '13'],
  ] as const
  return { status, headers, body: Buffer.from(`${text}\n`) }
}
