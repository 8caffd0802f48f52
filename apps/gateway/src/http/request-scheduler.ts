import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { LRUCache } from 'lru-cache'
import { addressOf } from '../audit/call-event.ts'
import { clientNetwork } from '../rate-limits/client-network.ts'
import { limitKeyOf } from '../rate-limits/limit-key.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The digest of the request's credential, if no earlier request was authenticated with it. */
    unknownCredential: string | null
  }
}

/**
 * Starts requests so that a burst of one caller does not delay other callers.
 * In each turn of the event loop, the first request of each caller starts at once. Further requests wait in a queue of
 * their caller. If no other caller was active in the last second, the caller's requests do not wait for each other.
 */
export interface RequestScheduler {
  /**
   * Calls `start` now or in a later turn of the event loop.
   *
   * @param caller the principal, or the client network of a caller that is not known yet
   */
  schedule(caller: string, start: () => void): void
}

/** Milliseconds for which a turn of the event loop starts requests. */
const longestTurn = 4
/** Milliseconds. If no request was started for so long, the scheduler assumes a new turn of the event loop. */
const newTurnAfter = 1
/** Milliseconds for which a caller counts as active after a request. */
const activeFor = 1_000
/** Milliseconds. If a turn takes longer, the requests of a burst wait for a quieter turn. */
const busyTurn = 1
/** Milliseconds after which the next request of a burst starts even if the event loop is busy. */
const longestWait = 5
const maxKnownCredentials = 10_000
/** Characters. No credential is longer, so anything longer is not worth a digest. */
const maxCredentialLength = 8 * 1024

/**
 * Schedules each request before authentication. If its credential was valid before, a request counts for the principal.
 * Any other request counts for its client network, so that invented credentials give no advantage.
 */
export function scheduleRequests(app: FastifyInstance): void {
  const scheduler = createRequestScheduler()
  const principals = new LRUCache<string, string>({ max: maxKnownCredentials })

  app.decorateRequest('unknownCredential', null)

  app.addHook('onRequest', function waitForStart(request, _reply, done) {
    const digest = credentialDigest(request.raw)
    const principal = digest === null ? undefined : principals.get(digest)
    if (principal === undefined) request.unknownCredential = digest
    scheduler.schedule(principal ?? clientNetwork(addressOf(request)), done)
  })
  app.addHook('preParsing', function rememberCredential({ unknownCredential, principal }, _reply, payload, done) {
    if (unknownCredential !== null && principal) principals.set(unknownCredential, limitKeyOf(principal))
    done(null, payload)
  })
}

/** A digest, because the gateway does not store credentials. */
function credentialDigest({ headers: { authorization, cookie } }: IncomingMessage): string | null {
  const credential = authorization ?? cookie
  return credential === undefined || credential.length > maxCredentialLength
    ? null
    : hash('sha256', credential, 'base64')
}

/** @param now milliseconds of a monotonic clock */
export function createRequestScheduler(now: () => number = () => performance.now()): RequestScheduler {
  const queues = new Map<string, (() => void)[]>()
  const startedInTurn = new Set<string>()
  let turnBegan = 0
  let lastStart = Number.NEGATIVE_INFINITY
  /** A turn is scheduled only while requests wait, because each scheduled turn costs an iteration of the event loop. */
  let isTurnScheduled = false
  let scheduledAt = 0
  let lastBurstStart = 0
  let lastCaller = ''
  let lastChangeOfCaller = Number.NEGATIVE_INFINITY

  function isOneCallerActive(at: number): boolean {
    return at - lastChangeOfCaller >= activeFor
  }

  function isTurnOver(at: number): boolean {
    return at - turnBegan >= longestTurn
  }

  function beginTurn(at: number): void {
    turnBegan = at
    startedInTurn.clear()
  }

  function scheduleTurn(at: number): void {
    if (isTurnScheduled) return
    isTurnScheduled = true
    scheduledAt = at
    setImmediate(startWaiting)
  }

  function startWaiting(): void {
    const at = now()
    const isBusy = at - scheduledAt > busyTurn && at - lastBurstStart < longestWait
    isTurnScheduled = false
    beginTurn(at)
    if (isOneCallerActive(at)) startAny()
    else startOfEachCaller(isBusy)
    if (queues.size > 0) scheduleTurn(at)
  }

  function startAny(): void {
    for (const caller of queues.keys()) {
      startNext(caller)
      if (isTurnOver(lastStart)) return
    }
  }

  /** Starts the request of each caller with one waiting request. Of all other callers, starts at most one request. */
  function startOfEachCaller(isBusy: boolean): void {
    let mayStartBurst = !isBusy
    for (const [caller, { length }] of [...queues]) {
      if (length > 1 && !mayStartBurst) continue
      if (length > 1) {
        mayStartBurst = false
        lastBurstStart = turnBegan
      }
      startNext(caller)
      if (isTurnOver(lastStart)) return
    }
  }

  /** Moves the caller to the end of `queues`. */
  function startNext(caller: string): void {
    const queue = queues.get(caller)
    const start = queue?.shift()
    queues.delete(caller)
    if (queue !== undefined && queue.length > 0) queues.set(caller, queue)
    if (start !== undefined) startNow(caller, start)
  }

  function startNow(caller: string, start: () => void): void {
    startedInTurn.add(caller)
    // Set before and after, because `start` can take long, and can schedule another request.
    lastStart = now()
    start()
    lastStart = now()
  }

  return {
    schedule(caller, start) {
      const at = now()
      if (caller !== lastCaller) {
        lastCaller = caller
        lastChangeOfCaller = at
      }
      if (!isTurnScheduled && at - lastStart >= newTurnAfter) beginTurn(at)
      const queue = queues.get(caller)
      const mayStart = isOneCallerActive(at) ? queues.size === 0 : queue === undefined && !startedInTurn.has(caller)
      if (mayStart && !isTurnOver(at)) {
        startNow(caller, start)
        return
      }
      if (queue === undefined) queues.set(caller, [start])
      else queue.push(start)
      scheduleTurn(at)
    },
  }
}
