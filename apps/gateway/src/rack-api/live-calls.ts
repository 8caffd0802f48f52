import { type Identities, isRefusal, type TokenReading } from '@rack-gateway/auth'
import type { LiveStreams, Relay } from '@rack-gateway/rack-registry'
import type { Policy, Principal, RackCall } from '@rack-gateway/rbac-policy'
import { lastWords } from './command-stream.ts'

/** A websocket that is under way, and what it was permitted by. */
export interface LiveCall {
  readonly principal: Principal
  readonly credential: TokenReading
  readonly rackCall: RackCall
  readonly relay: Relay
}

/** The websockets that are under way: kept alive, and ended as soon as what permitted them no longer holds. */
export interface LiveCalls {
  /** @returns the function that takes it out again */
  add(call: LiveCall): () => void
  readonly size: number
  /** Ends all that there are, and those that come yet. */
  endAll(reason: string): void
  stop(): void
}

export interface LiveCallsOptions {
  readonly streams: LiveStreams
  readonly identities: Identities
  readonly policy: Policy
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

/** Well under the 60 s of silence after which a rack's ingress cuts. */
const pingEvery = 20_000
/** What ends by the clock (tokens, bindings) ends streams within a second, too. */
const reviewEvery = 1_000
/** Websocket close codes. @see RFC 6455, section 7.4.1 */
const policyViolation = 1008

export function createLiveCalls({ streams, identities, policy, now, onError }: LiveCallsOptions): LiveCalls {
  const calls = new Set<LiveCall>()
  let over: string | null = null

  async function review(call: LiveCall): Promise<void> {
    const principal = await identities.find(call.credential)
    if (isRefusal(principal)) return end(call, principal.reason)
    const decision = policy.decide(principal, { ...call.rackCall, at: now() })
    if (decision.effect !== 'allow') end(call, decision.reason)
  }

  function reviewAll(): void {
    for (const call of calls) review(call).catch(onError)
  }

  const forget = identities.onChange(reviewAll)
  const reviewing = setInterval(reviewAll, reviewEvery).unref()
  const pinging = setInterval(function keepAlive() {
    for (const { relay } of calls) relay.ping()
  }, pingEvery).unref()

  return {
    add(call) {
      const { principal, rackCall } = call
      calls.add(call)
      const leave = streams.add({
        principalId: principal.id,
        credential: principal.credential,
        rack: rackCall.rack,
        app: rackCall.app,
        end: (reason) => end(call, reason),
      })
      // What has changed while the rack was asked, nobody could tell this stream.
      if (over !== null) end(call, over)
      else review(call).catch(onError)
      return () => {
        calls.delete(call)
        leave()
      }
    },
    get size() {
      return calls.size
    },
    endAll(reason) {
      over = reason
      for (const call of calls) end(call, reason)
    },
    stop() {
      forget()
      clearInterval(reviewing)
      clearInterval(pinging)
    },
  }
}

/** Tells the person why. A command that is cut off ends with exit code 1: without the marker the CLI would report success. */
function end({ relay, rackCall }: LiveCall, reason: string): void {
  const text = rackCall.route.changes ? `\n${lastWords(reason)}` : `ERROR: ${reason}\n`
  relay.end(reason, { text, code: policyViolation })
}
