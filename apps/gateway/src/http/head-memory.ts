import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { memoryReached } from '../resource-account/account.ts'
import type { Release } from '../resource-account/fair-limit.ts'
import { principalPayer } from '../resource-account/payer.ts'
import { CallEnd } from './call-end.ts'
import { isRequestOpen } from './client-errors.ts'
import { headSize } from './head-size.ts'
import { onRequestEnd } from './on-request-end.ts'
import type { OpenConnections } from './open-connections.ts'
import type { SlicedReads } from './sliced-reads.ts'

/** Bytes of memory for heads of all connections together. */
const maxBytes = 64 * 2 ** 20
/** After connections were closed, so that not every further request closes one. */
const bytesAfterClosing = 48 * 2 ** 20
/** Bytes of memory for each byte of an unfinished head, if its headers are short. Measured with Node 20. */
const bytesPerReceived = 2
/** Bytes of memory. A larger head of an authenticated request counts for its principal. */
const largeHead = 16 * 1024
/** Milliseconds. The kernel and the parser take at most some MiB in this time. */
const interval = 100

export interface HeadMemoryOptions {
  readonly connections: OpenConnections
  readonly reads: SlicedReads
  /** Bytes, above which Node rejects a head. */
  readonly maxHead: number
}

interface HeadMemory {
  /** Bytes of the connection that were parsed before its unfinished head, or up to the end of its newest head. */
  parsed: number
  /** Bytes of memory for requests that are neither authenticated nor ended, also if they wait for their turn. */
  requests: number
}

/**
 * Limits the memory of requests whose caller is not known: of heads that are not complete, and of requests that were
 * parsed, until they are authenticated, or have arrived completely and are answered. Above the limit, the connections
 * with the most memory are closed. The large head of an authenticated request counts for its principal, like a body.
 * Node has no event for received bytes of a head, so a timer adds them up.
 */
export function limitHeadMemory(app: FastifyInstance, { connections, reads, maxHead }: HeadMemoryOptions): void {
  const memories = new WeakMap<Socket, HeadMemory>()
  const requestSizes = new WeakMap<IncomingMessage, number>()
  let ofRequests = 0
  /** Requests of trusted proxies. */
  const proxied = new WeakMap<IncomingMessage, number>()
  const refused = new WeakSet<IncomingMessage>()
  let ofProxies = 0

  function memoryOf(socket: Socket): HeadMemory {
    const known = memories.get(socket)
    if (known !== undefined) return known
    const memory: HeadMemory = { parsed: 0, requests: 0 }
    memories.set(socket, memory)
    socket.once('close', () => {
      ofRequests -= memory.requests
      memory.requests = 0
    })
    return memory
  }

  function hold(request: IncomingMessage, response: ServerResponse | null): void {
    const { socket } = request
    if (socket.destroyed) return
    const size = headSize(request)
    if (!connections.isClient(socket)) {
      holdOfProxy(request, response, size)
      return
    }
    const memory = memoryOf(socket)
    memory.requests += size
    memory.parsed = parsedBytes(socket)
    ofRequests += size
    requestSizes.set(request, size)
    if (response !== null) onRequestEnd(request, response, () => release(request))
    if (ofRequests > maxBytes) closeLargest()
  }

  /** The connections of a proxy have requests of all callers, so above the limit, the request is refused instead. */
  function holdOfProxy(request: IncomingMessage, response: ServerResponse | null, size: number): void {
    if (ofProxies + size > maxBytes) {
      refused.add(request)
      return
    }
    ofProxies += size
    proxied.set(request, size)
    const release = () => releaseOfProxy(request)
    if (response === null) request.socket.once('close', release)
    else {
      onRequestEnd(request, response, release)
      request.socket.once('close', release)
    }
  }

  function releaseOfProxy(request: IncomingMessage): void {
    ofProxies -= proxied.get(request) ?? 0
    proxied.delete(request)
  }

  function release(request: IncomingMessage): void {
    releaseOfProxy(request)
    const memory = memories.get(request.socket)
    const size = Math.min(requestSizes.get(request) ?? 0, memory?.requests ?? 0)
    requestSizes.delete(request)
    ofRequests -= size
    if (memory !== undefined) memory.requests -= size
  }

  function parsedBytes(socket: Socket): number {
    return socket.bytesRead - reads.unparsedBytes(socket)
  }

  /** Bytes of memory for an unfinished head, or for the body and the trailers of a request that is not authenticated. */
  function unfinishedBytes(socket: Socket): number {
    const memory = memoryOf(socket)
    const isAuthenticated = isRequestOpen(socket) && memory.requests === 0
    if (isAuthenticated) memory.parsed = parsedBytes(socket)
    const received = socket.bytesRead - memory.parsed
    return isAuthenticated ? received : bytesPerReceived * Math.min(received, 2 * maxHead)
  }

  function closeLargest(): void {
    const heads: { readonly socket: Socket; readonly bytes: number }[] = []
    let sum = 0
    for (const socket of connections.ofClients()) {
      const bytes = unfinishedBytes(socket) + memoryOf(socket).requests
      if (bytes === 0) continue
      heads.push({ socket, bytes })
      sum += bytes
    }
    if (sum <= maxBytes) return
    heads.sort((one, other) => other.bytes - one.bytes)
    for (const { socket, bytes } of heads) {
      if (sum <= bytesAfterClosing) return
      sum -= bytes
      const memory = memoryOf(socket)
      ofRequests -= memory.requests
      memory.requests = 0
      connections.close(socket, 'memory of heads')
    }
  }

  function check(): void {
    // With few connections, unfinished heads of the largest size are within the limit.
    if (ofRequests + connections.count() * maxHead * bytesPerReceived > maxBytes) closeLargest()
  }

  for (const event of ['request', 'checkContinue']) app.server.prependListener(event, hold)
  app.server.prependListener('upgrade', (request: IncomingMessage) => hold(request, null))
  app.addHook('onRequest', function refuseAboveMemory(request, _reply, done) {
    if (refused.has(request.raw)) done(memoryReached())
    else done()
  })
  app.addHook('preParsing', function releaseAuthenticated({ raw, principal }, reply, payload, done) {
    if (!principal) return done(null, payload)
    release(raw)
    const amount = headSize(raw)
    if (amount <= largeHead) return done(null, payload)
    const { bodies } = app.resourceAccount
    const payer = principalPayer(principal)
    const end = new CallEnd(raw, reply.raw)
    function admit(release: Release): void {
      end.onEnd(release)
      done(null, payload)
    }
    const free = bodies.take(payer, amount)
    if (free !== null) admit(free)
    else bodies.wait({ payer, rack: null, signal: end }, amount).then(admit, done)
  })
  app.addHook('onResponse', function markAnsweredRequest(request, _reply, done) {
    const { socket } = request.raw
    memoryOf(socket).parsed = parsedBytes(socket)
    done()
  })
  const timer = setInterval(check, interval).unref()
  app.addHook('onClose', async () => clearInterval(timer))
}
