import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https'
import { Duplex, Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { createVerifiedConnector } from './authorities.ts'
import { configuredAuthorities } from './configured-authorities.ts'
import { openConnection } from './connection.ts'
import type { GatewayTrust } from './gateway-trust.ts'

export interface VerifiedRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

const statusesWithoutBody = new Set([204, 205, 304])

/**
 * Like `fetch`, but verifies certificates as the relay does, and follows no redirect.
 *
 * @throws BadSetting, the signal's reason, and the connection error with Node's code
 */
export async function fetchVerified(
  url: string,
  { method, headers, body, signal }: VerifiedRequest,
  tlsTrust: GatewayTrust | undefined,
): Promise<Response> {
  const agent = agentFor(new URL(url).origin, configuredAuthorities(tlsTrust))
  const options: RequestOptionsForAgent = {
    method,
    headers: { ...headers, 'accept-encoding': 'identity' },
    agent,
    signal,
    abortConnecting: signal,
  }
  const request = httpsRequest(url, options)
  // The response reports errors after its headers.
  request.on('error', () => undefined)
  try {
    request.end(body)
    const [message]: IncomingMessage[] = await once(request, 'response', { signal })
    if (message === undefined) throw new Error('the response event has no argument')
    return toResponse(message)
  } catch (error) {
    request.destroy()
    throw signal.aborted ? signal.reason : error
  }
}

interface RequestOptionsForAgent extends RequestOptions {
  /** The signal of the request. Node does not pass `signal` to an agent. */
  readonly abortConnecting?: AbortSignal
}

/** Milliseconds until an idle connection is closed, because the gateway may soon close it. */
const idleTimeout = 4_000

const agents = new Map<string, Agent>()

/** One agent for each gateway and its authorities, so that the requests of a command share a connection. */
function agentFor(origin: string, authorities: string | null): Agent {
  const key = `${origin} ${authorities ?? process.env.SSL_CERT_FILE ?? ''}`
  const agent = agents.get(key) ?? new GatewayAgent(origin, authorities)
  agents.set(key, agent)
  return agent
}

class GatewayAgent extends Agent {
  readonly #origin: string
  readonly #connectVerified: ReturnType<typeof createVerifiedConnector>

  constructor(origin: string, authorities: string | null) {
    super({ keepAlive: true, timeout: idleTimeout })
    this.#origin = origin
    this.#connectVerified = createVerifiedConnector(authorities, process.env)
  }

  override createConnection(
    { abortConnecting }: RequestOptionsForAgent,
    callback?: Parameters<Agent['createConnection']>[1],
  ): undefined {
    const onConnecting = (socket: TLSSocket) => destroyOnAbort(abortConnecting, socket)
    this.#connectVerified((trusted) =>
      openConnection(this.#origin, { trusted, allowHalfOpen: false, onConnecting }),
    ).then(
      (socket) => callback?.(null, socket),
      (error: Error) => callback?.(error, new Duplex()),
    )
  }
}

/** Destroys a connection only while it opens, because other requests may share it later. */
function destroyOnAbort(signal: AbortSignal | undefined, socket: TLSSocket): void {
  if (signal === undefined) return
  if (signal.aborted) return void socket.destroy()
  const destroy = () => void socket.destroy()
  const stopListening = () => signal.removeEventListener('abort', destroy)
  signal.addEventListener('abort', destroy, { once: true })
  socket.once('secureConnect', stopListening).once('close', stopListening)
}

function toResponse(message: IncomingMessage): Response {
  const { statusCode: status = 0, rawHeaders } = message
  const headers = new Headers()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '')
  if (!statusesWithoutBody.has(status))
    return new Response(Readable.toWeb(message) as ReadableStream, { status, headers })
  message.resume()
  return new Response(null, { status, headers })
}
