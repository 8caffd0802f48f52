import type { Rack } from '@rack-gateway/rack-registry'
import { UpstreamUnclear } from '../../errors.ts'

/** Short, because the decision waits for the response. */
const decisionBounds = { timeout: 10_000, limit: 4 * 1024 * 1024 }

/** `value` is null for a status other than 200. */
export interface RackAnswer {
  readonly status: number
  readonly value: unknown
}

/**
 * Asks a rack for a fact that a decision depends on.
 *
 * @throws UpstreamUnclear if the answer takes too long or isn't JSON; ResponseTooLarge, RackUnreachable, RackBroken
 */
export async function askRack(rack: Rack, target: string): Promise<RackAnswer> {
  try {
    return await sendQuestion(rack, target, decisionBounds)
  } catch (error) {
    if (error instanceof QuestionTimedOut)
      throw unclear(rack, `did not answer within ${decisionBounds.timeout / 1000} seconds`)
    throw error instanceof SyntaxError ? unclear(rack, 'answered with something that is not JSON') : error
  }
}

export class QuestionTimedOut extends Error {}

/** Milliseconds, and bytes of the response. */
export interface QuestionBounds {
  readonly timeout: number
  readonly limit: number
}

/**
 * Sends a GET request to a rack, with the gateway itself as the actor.
 *
 * @throws QuestionTimedOut, SyntaxError, ResponseTooLarge, RackUnreachable, RackBroken
 */
export async function sendQuestion(
  rack: Rack,
  target: string,
  { timeout, limit }: QuestionBounds,
): Promise<RackAnswer> {
  // `AbortSignal.timeout` would keep the response in memory until the timeout.
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), timeout)
  const headers = ['Accept', 'application/json', 'Convox-Actor', 'rack-gateway']
  try {
    const question = { method: 'GET', target, headers, body: null, length: null, pool: 'questions' } as const
    const answer = await rack.send(question, deadline.signal)
    const text = (await answer.collect(limit)).toString('utf8')
    return { status: answer.status, value: answer.status === 200 ? JSON.parse(text) : null }
  } catch (error) {
    throw deadline.signal.aborted ? new QuestionTimedOut() : error
  } finally {
    clearTimeout(timer)
  }
}

function unclear(rack: Rack, what: string): Error {
  return new UpstreamUnclear(
    `The rack ${rack.name} ${what} when the gateway asked it for a fact that the decision depends on.`,
    'Try again.',
    { rule: 'upstream-unclear' },
  )
}
