import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { gatewayAuthorities } from './gateway-authorities.ts'
import type { GatewayTrust } from './gateway-trust.ts'

export interface PinnedRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

/** Statuses whose answers have no body. */
const bodiless = new Set([204, 205, 304])

/** As `fetch`, which takes no authorities: nothing is sent to who has no certificate of these. It follows no redirect. @throws BadSetting */
export async function fetchPinned(
  url: string,
  { method, headers, body, signal }: PinnedRequest,
  trust: GatewayTrust,
): Promise<Response> {
  const asked = httpsRequest(url, {
    method,
    headers: { ...headers, 'accept-encoding': 'identity' },
    ca: gatewayAuthorities(trust),
    allowPartialTrustChain: true,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    agent: false,
    signal,
  })
  // After its head, it is the answer that breaks off.
  asked.on('error', () => undefined)
  try {
    asked.end(body)
    const [answer]: IncomingMessage[] = await once(asked, 'response')
    if (answer === undefined) throw new Error('an answer is emitted with what it is')
    return responseOf(answer)
  } catch (error) {
    asked.destroy()
    throw signal.aborted ? signal.reason : error
  }
}

function responseOf(answer: IncomingMessage): Response {
  const { statusCode: status = 0, rawHeaders } = answer
  const headers = new Headers()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '')
  if (!bodiless.has(status)) return new Response(Readable.toWeb(answer) as ReadableStream, { status, headers })
  answer.resume()
  return new Response(null, { status, headers })
}
