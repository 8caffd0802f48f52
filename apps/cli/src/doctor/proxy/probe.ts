import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { failureReason, parseJson, requireTlsVerification, requireTokenText } from '../../gateway/gateway-request.ts'
import { createVerifiedConnector } from '../../gateway/tls/authorities.ts'
import { configuredAuthorities } from '../../gateway/tls/configured-authorities.ts'
import { openConnection } from '../../gateway/tls/connection.ts'
import { version } from '../../package-files/version.ts'
import type { CheckSubject } from '../findings/subject.ts'

export interface Probe {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** `pause`: milliseconds between the first bytes and the rest. */
  readonly body?: { readonly length: number; readonly pause: number }
  /** Milliseconds until the whole response must have arrived. */
  readonly deadline: number
}

export type ProbeResult =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly server: string | null
      readonly value: unknown
      readonly text: string
    }
  /** `bytes` are the first bytes after the response to the handshake; empty if the connection ended instead. */
  | { readonly kind: 'upgraded'; readonly bytes: Buffer }
  /** There was no response before the deadline. */
  | { readonly kind: 'late' }
  /** The connection failed or ended. `reason` is a clause. */
  | { readonly kind: 'broken'; readonly reason: string }
  /** There is no token. */
  | { readonly kind: 'unsent' }

type Target = NonNullable<CheckSubject['target']>

/** Bytes that are sent before the pause. */
const firstPart = 1_024
/** Bytes of a response. */
const maxResponse = 64 * 1024

/** Sends a request on a connection of its own, because `fetch` can neither upgrade a connection nor pause a body. */
export async function sendProbe(
  { target, context }: Pick<CheckSubject, 'target' | 'context'>,
  probe: Probe,
): Promise<ProbeResult> {
  if (target === null) return { kind: 'unsent' }
  const { origin, token } = target
  requireTokenText(token)
  requireTlsVerification(origin)
  const signal = AbortSignal.timeout(probe.deadline)
  try {
    const socket = await openSocket(target, context.env, signal)
    try {
      return await exchange(socket, { ...probe, host: new URL(origin).host, token: token.reveal(), signal })
    } finally {
      socket.destroy()
    }
  } catch (error) {
    return signal.aborted ? { kind: 'late' } : { kind: 'broken', reason: failureReason(error) }
  }
}

/** For https, verifies the certificate. @throws BadSetting, and the connection error */
function openSocket(
  { origin, tlsTrust }: Pick<Target, 'origin' | 'tlsTrust'>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Socket> {
  const destroyOnAbort = (socket: Socket) => signal.addEventListener('abort', () => void socket.destroy())
  if (origin.startsWith('https:'))
    return createVerifiedConnector(
      configuredAuthorities(tlsTrust),
      env,
    )((trusted) => openConnection(origin, { trusted, allowHalfOpen: false, onConnecting: destroyOnAbort }))
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || 80 })
    destroyOnAbort(socket)
    socket.once('connect', () => resolve(socket)).once('error', reject)
  })
}

interface SentProbe extends Probe {
  readonly host: string
  readonly token: string
  readonly signal: AbortSignal
}

function exchange(
  socket: Socket,
  { method, path, headers, body, host, token, signal }: SentProbe,
): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      createConnection: () => socket,
      method,
      path,
      headers: {
        host,
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        'user-agent': `rack-gateway/${version()}`,
        ...(body && { 'content-type': 'application/octet-stream', 'content-length': body.length }),
        ...headers,
      },
      signal,
    })
    let hasResponse = false
    request.on('error', (error) => {
      // A proxy can close the connection after a response that does not wait for the body.
      if (!hasResponse) reject(error)
    })
    request.once('upgrade', (_response, upgraded, head) => {
      firstBytes(upgraded as Socket, head).then((bytes) => resolve({ kind: 'upgraded', bytes }), reject)
    })
    request.once('response', (response) => {
      hasResponse = true
      readResponse(response).then(resolve, reject)
    })
    if (body === undefined) request.end()
    else
      sendBody(body, (bytes) => {
        if (!hasResponse && !request.destroyed) request.write(bytes)
      }).then(
        () => request.end(),
        (error: Error) => request.destroy(error),
      )
  })
}

async function sendBody({ length, pause }: NonNullable<Probe['body']>, write: (bytes: Buffer) => void): Promise<void> {
  write(Buffer.alloc(firstPart))
  await sleep(pause)
  write(Buffer.alloc(length - firstPart))
}

async function readResponse(response: IncomingMessage): Promise<ProbeResult> {
  const { statusCode: status = 0, headers } = response
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    length += chunk.length
    if (length <= maxResponse) chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString('utf8')
  return {
    kind: 'answered',
    status,
    server: typeof headers.server === 'string' ? headers.server : null,
    text,
    value: parseJson(text),
  }
}

function firstBytes(socket: Socket, head: Buffer): Promise<Buffer> {
  if (head.length > 0) return Promise.resolve(head)
  return new Promise((resolve, reject) => {
    socket.once('data', resolve).once('end', () => resolve(head))
    socket.once('error', reject).once('close', () => resolve(head))
  })
}
