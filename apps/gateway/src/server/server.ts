import { type IncomingMessage, METHODS } from 'node:http'
import type { Socket } from 'node:net'
import type { ServerConfig } from '@rack-gateway/config'
import { rackPrefixes } from '@rack-gateway/convox-api'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { forwardedRackCallAddress, rackApiAddress } from '../calls/address.ts'
import {
  handleClientError,
  isBodyUnread,
  rejectConnect,
  rejectExpectations,
  trackResponses,
} from '../error-responses/client-errors.ts'
import { respondWithError } from '../error-responses/error-handler.ts'
import { BadFrame, withRule } from '../errors/errors.ts'
import { boundedMessages } from '../http/bounded-message.ts'
import { expectsPage } from '../http/expects-page.ts'
import { headersOfAllResponses } from '../http/headers-of-all-responses.ts'
import {
  hasTooManyHeaders,
  headFault,
  largeTargetAddress,
  limitHead,
  targetFault,
  tooManyHeaders,
} from '../http/limit-head.ts'
import { requestId } from '../http/request-id.ts'
import { deferContinue, routeUpgrades } from '../http/upgrade.ts'
import type { IncomingConnection } from '../listening/incoming-connections.ts'
import type { CostAccount } from '../resource-account/cost-account.ts'
import { loginPage } from '../step-up/login-page.ts'
import { admitBodies } from './admit-bodies.ts'
import { admitConnections } from './admit-connections.ts'
import { closeResetConnections } from './close-reset-connections.ts'
import { discardBodies } from './discard-bodies.ts'
import { limitHeadMemory } from './head-memory.ts'
import { limitOpenConnections, type OpenConnections } from './open-connections.ts'
import { RequestLog } from './request-log.ts'
import { limitRequestsPerConnection } from './requests-per-connection.ts'
import { scheduleRequests } from './schedule-requests.ts'
import { sliceReads } from './sliced-reads.ts'
import { limitUnsentMemory } from './unsent-memory.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Receives the connections of each handle that listens. */
    readonly receiveConnection: (connection: IncomingConnection) => void
  }
}

/** Bytes. Node's default of 16 KiB is too small for an 8 KiB command, a token, and an environment. */
const headerLimit = 64 * 1024
/** Bytes of a body of the gateway itself, unless its endpoint has another limit. */
const defaultBodyLimit = 64 * 1024
/** Milliseconds. The longest interval between two of Node's checks for requests whose headers are late. */
const checkHeadsMs = 5_000
/** Bytes, above which a socket that is paused stops reading. Less than one read, so that it holds only one. */
const socketBuffer = 16 * 1024
/** Longer than an ingress keeps idle connections. So no request arrives while the gateway closes its connection. */
const keepAliveMs = 75_000

/** Rack calls get an internal address, so that no router decodes their paths before the policy decides. */
export function createServer(
  log: FastifyBaseLogger,
  { trustedProxies, limits }: Pick<ServerConfig, 'trustedProxies' | 'limits'>,
  costs: CostAccount,
): FastifyInstance {
  const { callsPerConnection, requestTimeout } = limits
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (parent, bindings, options) => new RequestLog(parent, bindings, options),
    bodyLimit: defaultBodyLimit,
    exposeHeadRoutes: false,
    genReqId: requestId,
    requestIdHeader: false,
    rewriteUrl: internalAddress,
    frameworkErrors(error, request, reply) {
      // Fastify calls no hook.
      void reply.headers(headersOfAllResponses)
      void respondWithError(app, headFault(request.raw) ?? error, request, reply)
    },
    clientErrorHandler(error, socket) {
      handleClientError(app, error, socket, requestTimeout)
    },
    requestTimeout: 0,
    connectionTimeout: 0,
    keepAliveTimeout: keepAliveMs,
    forceCloseConnections: 'idle',
    http: {
      maxHeaderSize: headerLimit,
      highWaterMark: socketBuffer,
      // With Node's default of 5 minutes for a request, Node would reject a longer headersTimeout.
      requestTimeout: 0,
      headersTimeout: requestTimeout,
      connectionsCheckingInterval: Math.min(checkHeadsMs, requestTimeout),
      insecureHTTPParser: false,
      IncomingMessage: boundedMessages((error, socket) => handleClientError(app, error, socket, requestTimeout)),
      // Node's own response would be neither counted nor in the format of the gateway's errors.
      requireHostHeader: false,
    },
  })
  app.addHook('onRequest', function addHeaders(_request, reply, done) {
    void reply.headers(headersOfAllResponses)
    done()
  })
  const connections = limitOpenConnections(app, { limits, trustedProxies })
  const { hadRequest, hasWaiting, limit } = limitRequestsPerConnection(callsPerConnection)
  const reads = sliceReads(app.server, { mustWait: (socket) => hasWaiting(socket) || isBodyUnread(socket) })
  limitHeadMemory(app, { connections, reads, maxHead: headerLimit })
  limitUnsentMemory(app, connections)
  admitBodies(app, requestTimeout)
  discardBodies(app, { reads, timeout: requestTimeout })
  rejectAmbiguousFraming(app)
  limitHead(app)
  scheduleRequests(app, costs, connections)
  app.addHook('onRequest', function rejectHostless({ raw }, _reply, done) {
    if (raw.headers.host !== undefined || raw.httpVersion !== '1.1') return done()
    done(new BadFrame('The request has no Host header.', 'Send one.', { rule: 'no-host' }))
  })
  for (const method of METHODS) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method)
  for (const name of ['call', 'endpoint', 'endpointDecision', 'proof', 'metLevel']) app.decorateRequest(name, null)
  trackResponses(app.server)
  rejectConnect(app)
  rejectExpectations(app)
  const routing = limit(app.routing)
  app.server.off('request', app.routing).on('request', routing)
  routeUpgrades(app.server, routing)
  deferContinue(app.server, routing)
  closeIdleConnections(app, { connections, hadRequest })
  closeResetConnections(app, connections)
  app.decorate('receiveConnection', admitConnections(app, { connections, reads }))
  return app
}

/**
 * While the gateway stops, closes idle connections, because they would delay the stop.
 * Node does not count a connection as idle before its first request.
 */
function closeIdleConnections(
  app: FastifyInstance,
  {
    connections,
    hadRequest,
  }: { readonly connections: OpenConnections; readonly hadRequest: (socket: Socket) => boolean },
): void {
  let timer: NodeJS.Timeout | undefined
  app.addHook('preClose', async () => {
    timer = setInterval(() => app.server.closeIdleConnections(), 100)
    for (const socket of connections.sockets()) if (!hadRequest(socket)) socket.destroy()
  })
  app.addHook('onClose', async () => clearInterval(timer))
}

/**
 * Rejects requests for which a proxy and the gateway can disagree about where the body ends. The proxy or the gateway
 * would then read a part of the body as another request. So later requests on the same connection are ignored.
 */
function rejectAmbiguousFraming(app: FastifyInstance): void {
  const rejectedSockets = new WeakSet<Socket>()

  app.addHook('onRequest', function rejectFraming({ raw }, reply, done) {
    if (rejectedSockets.has(raw.socket)) return
    const fault = framingFault(raw)
    if (fault === null) {
      done()
      return
    }
    rejectedSockets.add(raw.socket)
    void reply.header('connection', 'close')
    done(fault)
  })
}

function framingFault(request: IncomingMessage): Error | null {
  if (hasTooManyHeaders(request)) return tooManyHeaders
  const fault = ambiguousFraming(request)
  return fault === null ? null : withRule(fault, 'http-framing')
}

function ambiguousFraming({ headers, httpVersion }: IncomingMessage): Error | null {
  // Node's parser accepts HTTP/0.9 and HTTP/2.0, too.
  if (httpVersion !== '1.0' && httpVersion !== '1.1')
    return new BadFrame(`The gateway does not support HTTP/${httpVersion}.`, 'Send HTTP/1.1.')
  // HTTP/1.0 has no chunks, so proxies read a body with Transfer-Encoding differently.
  if (httpVersion === '1.0' && headers['transfer-encoding'] !== undefined)
    return new BadFrame('HTTP/1.0 has no Transfer-Encoding.', 'Send a Content-Length, or HTTP/1.1.')
  // Node's parser ignores codings before `chunked`.
  if (headers['transfer-encoding'] !== undefined && headers['transfer-encoding'].toLowerCase() !== 'chunked')
    return new BadFrame(
      'The gateway supports only the Transfer-Encoding chunked.',
      'Send the body without another coding.',
    )
  return null
}

function internalAddress(request: IncomingMessage): string {
  const url = request.url ?? ''
  if (url === '/' && expectsPage(request)) return url
  if (url.startsWith(rackPrefixes[0])) return forwardedRackCallAddress
  if (!isGatewayAddress(url)) return rackApiAddress
  return targetFault(url) === null ? url : largeTargetAddress
}

function isGatewayAddress(url: string): boolean {
  return (
    url === '/check' ||
    url === '/check?' ||
    url.startsWith(`${loginPage}?`) ||
    url === '/gateway' ||
    url.startsWith('/gateway/') ||
    url.startsWith('/gateway?')
  )
}
