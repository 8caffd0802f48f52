import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { addressOf } from '../http/source.ts'
import type { CostAccount } from '../resource-account/cost-account.ts'
import { requestCost } from '../resource-account/costs.ts'
import { networkPayer, type Payer, principalPayer } from '../resource-account/payer.ts'
import type { OpenConnections } from './open-connections.ts'
import { createRequestScheduler } from './request-scheduler.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The digest of the request's credential, if no earlier request was authenticated with it. */
    unknownCredential: string | null
  }
}

const maxKnownCredentials = 10_000
/** Characters. No credential is longer, so anything longer is not worth a digest. */
const maxCredentialLength = 8 * 1024

/**
 * Schedules each request before authentication. If its credential was valid before, its principal pays for the request.
 * Any other request is paid by its client network, so that invented credentials give no advantage.
 */
export function scheduleRequests(
  app: FastifyInstance,
  costs: CostAccount,
  connections: Pick<OpenConnections, 'countFor' | 'beginWaiting'>,
): void {
  const scheduler = createRequestScheduler({ costs })
  const principals = new LRUCache<string, Payer>({ max: maxKnownCredentials })

  app.decorateRequest('unknownCredential', null)

  app.addHook('onRequest', function waitForStart(request, _reply, done) {
    const digest = credentialDigest(request.raw)
    const principal = digest === null ? undefined : principals.get(digest)
    if (principal === undefined) request.unknownCredential = digest
    const { socket } = request.raw
    // While many of its requests wait, they must not use up the connections of their network.
    if (principal !== undefined) connections.countFor(socket, principal)
    let endWaiting: (() => void) | null = null
    const remove = scheduler.schedule(principal ?? unknownPayer(request, costs), function start() {
      endWaiting?.()
      done()
    })
    if (remove === null) return
    const endOfUnknown = principal === undefined ? connections.beginWaiting(socket) : null
    endWaiting = function removeFromQueue() {
      socket.off('close', removeFromQueue)
      remove()
      endOfUnknown?.()
    }
    // A caller that disconnects leaves the queue. Otherwise, such requests could fill the memory.
    socket.once('close', endWaiting)
  })
  app.addHook('preParsing', function rememberCredential({ unknownCredential, principal }, _reply, payload, done) {
    if (unknownCredential !== null && principal) principals.set(unknownCredential, principalPayer(principal))
    done(null, payload)
  })
}

const allHealthChecks: Payer = { key: 'health checks', isPrincipal: true, site: null }
/** Milliseconds of the sum of all health checks, above which they wait like other requests of their network. */
const manyHealthChecks = 50

/** A health check does not wait for principals, so that an orchestrator does not restart a busy gateway. */
function unknownPayer(request: FastifyRequest, costs: CostAccount): Payer {
  const network = networkPayer(addressOf(request))
  if (request.routeOptions.config.isUnlimited !== true) return network
  costs.charge(allHealthChecks, requestCost)
  if (costs.sumOf(allHealthChecks) > manyHealthChecks) return network
  return { key: `health checks of ${network.key}`, isPrincipal: true, site: null }
}

/** A digest, because the gateway does not store credentials. */
function credentialDigest({ headers: { authorization, cookie } }: IncomingMessage): string | null {
  const credential = authorization ?? cookie
  return credential === undefined || credential.length > maxCredentialLength
    ? null
    : hash('sha256', credential, 'base64')
}
