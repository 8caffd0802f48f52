import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { limitsOfResource } from '@rack-gateway/config'
import type { FastifyInstance } from 'fastify'
import { isRequestOpen } from '../error-responses/client-errors.ts'
import { BoundedMessage } from '../http/bounded-message.ts'
import { CallEnd } from '../http/call-end.ts'
import { headSize } from '../http/head-size.ts'
import { onRequestEnd } from '../http/on-request-end.ts'
import { memoryReached } from '../resource-account/account.ts'
import type { Release } from '../resource-account/fair-limit.ts'
import { principalPayer } from '../resource-account/payer.ts'
import type { OpenConnections } from './open-connections.ts'
import type { SlicedReads } from './sliced-reads.ts'

/** Bytes of memory for heads of all connections together. */
const maxBytes = limitsOfResource('heads').process
/** After connections were closed, so that not every further request closes one. */
const bytesAfterClosing = (maxBytes * 3) / 4
/** Bytes of memory for each parsed byte of an unfinished head, if its headers are short. Measured with Node 20. */
const bytesPerParsed = 2
/** Received bytes that are not parsed are outside of V8's heap, where there is room for twice as much. */
const unparsedWeight = 1 / 2
/** Above the limit, connections from the networks of principals are closed only if they have so much more memory. */
const unknownWeight = 4
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

/** Bytes of memory for requests that are neither authenticated nor ended, also if they wait for their turn. */
interface Counter {
  bytes: number
}

interface Head {
  readonly socket: Socket
  readonly bytes: number
}

/** Of one connection. */
interface HeadMemory extends Counter {
  /** Bytes that were parsed before the unfinished head, or up to the end of the newest head. */
  parsed: number
  /** Of all clients or of all trusted proxies. */
  readonly total: Counter
}

/**
 * Limits the memory of requests whose caller is not known: of heads that are not complete, and of requests that were
 * parsed, until they are authenticated, or have arrived completely and are answered. Above the limit, the connections
 * with the most memory are closed. The connections of a trusted proxy have requests of all callers, so above a limit of
 * their own, requests are refused instead. The large head of an authenticated request counts for its principal, like a
 * body. Node has no event for received bytes of a head, so a timer adds them up.
 */
export function limitHeadMemory(app: FastifyInstance, { connections, reads, maxHead }: HeadMemoryOptions): void {
  const memories = new WeakMap<Socket, HeadMemory>()
  const refused = new WeakSet<IncomingMessage>()
  const ofClients: Counter = { bytes: 0 }
  const ofProxies: Counter = { bytes: 0 }

  function memoryOf(socket: Socket): HeadMemory {
    const known = memories.get(socket)
    if (known !== undefined) return known
    const memory: HeadMemory = { parsed: 0, bytes: 0, total: connections.isClient(socket) ? ofClients : ofProxies }
    memories.set(socket, memory)
    socket.once('close', () => count(memory, -memory.bytes))
    return memory
  }

  function count(memory: HeadMemory, bytes: number): void {
    memory.bytes += bytes
    memory.total.bytes += bytes
  }

  function hold(request: IncomingMessage, response: ServerResponse | null): void {
    const { socket } = request
    if (socket.destroyed || !(request instanceof BoundedMessage)) return
    const memory = memoryOf(socket)
    memory.parsed = parsedBytes(socket)
    const size = headSize(request)
    if (memory.total === ofProxies && ofProxies.bytes + size > maxBytes) {
      refused.add(request)
      return
    }
    request.countedBytes = size
    count(memory, size)
    if (response !== null) onRequestEnd(request, response, () => release(request))
    if (ofClients.bytes > maxBytes) closeLargest()
  }

  function release(request: IncomingMessage): void {
    const memory = memories.get(request.socket)
    if (memory === undefined || !(request instanceof BoundedMessage)) return
    // A connection that was closed counts nothing.
    count(memory, -Math.min(request.countedBytes, memory.bytes))
    request.countedBytes = 0
  }

  function parsedBytes(socket: Socket): number {
    return socket.bytesRead - reads.unparsedBytes(socket)
  }

  /** Bytes of memory for an unfinished head, or for the body and the trailers of a request that is not authenticated. */
  function unfinishedBytes(socket: Socket): number {
    const memory = memoryOf(socket)
    const parsed = parsedBytes(socket)
    const isOpen = isRequestOpen(socket)
    if (isOpen && memory.bytes === 0) memory.parsed = parsed
    const inParser = Math.min(parsed - memory.parsed, 2 * maxHead)
    return unparsedWeight * reads.unparsedBytes(socket) + (isOpen ? inParser : bytesPerParsed * inParser)
  }

  function closeLargest(): void {
    const heads: Head[] = []
    let sum = 0
    for (const socket of connections.ofClients()) {
      const bytes = unfinishedBytes(socket) + memoryOf(socket).bytes
      if (bytes === 0) continue
      heads.push({ socket, bytes })
      sum += bytes
    }
    if (sum <= maxBytes) return
    const weight = ({ socket, bytes }: Head) => (connections.isKnown(socket) ? bytes : unknownWeight * bytes)
    heads.sort((one, other) => weight(other) - weight(one))
    for (const { socket, bytes } of heads) {
      if (sum <= bytesAfterClosing) return
      sum -= bytes
      const memory = memoryOf(socket)
      count(memory, -memory.bytes)
      connections.close(socket, 'memory of heads')
    }
  }

  function check(): void {
    // With few connections, unfinished heads of the largest size are within the limit.
    if (ofClients.bytes + connections.count() * maxHead * bytesPerParsed > maxBytes) closeLargest()
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
  app.addHook('onResponse', function markServedRequest(request, _reply, done) {
    const { socket } = request.raw
    memoryOf(socket).parsed = parsedBytes(socket)
    done()
  })
  const timer = setInterval(check, interval).unref()
  app.addHook('onClose', async () => clearInterval(timer))
}
