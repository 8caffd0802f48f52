import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https'
import { Duplex, Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { goingBy } from './authorities.ts'
import { openConnection } from './connection.ts'
import type { GatewayTrust } from './gateway-trust.ts'
import { namedAuthorities } from './named-authorities.ts'

export interface VerifiedRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

/** Statuses whose answers have no body. */
const bodiless = new Set([204, 205, 304])

/**
 * As `fetch`, over connections that are verified as the relay's are: nothing is sent to who has no certificate of an
 * authority that counts. It follows no redirect.
 *
 * @throws BadSetting, and what is wrong, with Node's code for it
 */
export async function fetchVerified(
  url: string,
  { method, headers, body, signal }: VerifiedRequest,
  trust: GatewayTrust | undefined,
): Promise<Response> {
  const agent = agentFor(new URL(url).origin, namedAuthorities(trust))
  const whole = { ...headers, 'accept-encoding': 'identity' }
  const options: LeavingOptions = { method, headers: whole, agent, signal, leaving: signal }
  const asked = httpsRequest(url, options)
  // After its head, it is the answer that breaks off.
  asked.on('error', () => undefined)
  try {
    asked.end(body)
    const [answer]: IncomingMessage[] = await once(asked, 'response', { signal })
    if (answer === undefined) throw new Error('an answer is emitted with what it is')
    return responseOf(answer)
  } catch (error) {
    asked.destroy()
    throw signal.aborted ? signal.reason : error
  }
}

interface LeavingOptions extends RequestOptions {
  /** The signal of the request. Node keeps `signal` itself from an agent. */
  readonly leaving?: AbortSignal
}

/** Milliseconds that a connection waits for the next request: a server soon closes one that asks nothing. */
const idleFor = 4_000

const agents = new Map<string, Agent>()

/** One for each gateway and those who may have signed its certificate: a connection serves several requests of a command. */
function agentFor(origin: string, named: string | null): Agent {
  const key = `${origin} ${named ?? ''}`
  const agent = agents.get(key) ?? new GatewayAgent(origin, named)
  agents.set(key, agent)
  return agent
}

class GatewayAgent extends Agent {
  readonly #origin: string
  readonly #verified: ReturnType<typeof goingBy>

  constructor(origin: string, named: string | null) {
    super({ keepAlive: true, timeout: idleFor })
    this.#origin = origin
    this.#verified = goingBy(named, process.env)
  }

  override createConnection(
    { leaving }: LeavingOptions,
    connected?: Parameters<Agent['createConnection']>[1],
  ): undefined {
    const begun = (socket: TLSSocket) => destroyOn(leaving, socket)
    this.#verified((trusted) => openConnection(this.#origin, { trusted, allowHalfOpen: false, begun })).then(
      (socket) => connected?.(null, socket),
      (error: Error) => connected?.(error, new Duplex()),
    )
  }
}

/** A connection that is still being made is nobody's but the request's that it is made for. */
function destroyOn(leaving: AbortSignal | undefined, socket: TLSSocket): void {
  if (leaving === undefined) return
  if (leaving.aborted) return void socket.destroy()
  const destroy = () => void socket.destroy()
  const keep = () => leaving.removeEventListener('abort', destroy)
  leaving.addEventListener('abort', destroy, { once: true })
  socket.once('secureConnect', keep).once('close', keep)
}

function responseOf(answer: IncomingMessage): Response {
  const { statusCode: status = 0, rawHeaders } = answer
  const headers = new Headers()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '')
  if (!bodiless.has(status)) return new Response(Readable.toWeb(answer) as ReadableStream, { status, headers })
  answer.resume()
  return new Response(null, { status, headers })
}
