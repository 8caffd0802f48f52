import { type JsonBounds, jsonBoundsFault } from '@rack-gateway/convox-api'
import type { Rack } from '@rack-gateway/rack-registry'
import { UpstreamUnclear } from '../../errors/errors.ts'

/**
 * A short timeout, because the decision waits for the response. The largest response is the list of apps: a thousand
 * apps with some dozen members and parameters each.
 */
const decisionBounds = { timeout: 10_000, limit: 4 * 1024 * 1024, entries: 50_000 }

/** `value` is null for a status other than 200. */
export interface RackStatusResponse {
  readonly status: number
  readonly value: unknown
}

/**
 * Asks a rack for a fact that a decision depends on.
 *
 * @throws UpstreamUnclear if the response takes too long, isn't JSON, or exceeds its bounds; ResponseTooLarge, RackRejectsGateway, RackUnreachable, RackBroken
 */
export async function askRack(rack: Rack, target: string): Promise<RackStatusResponse> {
  try {
    return await sendQuestion(rack, target, decisionBounds)
  } catch (error) {
    if (error instanceof QuestionTimedOut)
      throw unclear(rack, `did not answer within ${decisionBounds.timeout / 1000} seconds`)
    if (error instanceof JsonOutOfBounds)
      throw unclear(rack, `answered with JSON that cannot be read (${error.message})`)
    throw error instanceof SyntaxError ? unclear(rack, 'answered with something that is not JSON') : error
  }
}

export class QuestionTimedOut extends Error {}

/** The response is nested too deeply, or has too many members and items. */
export class JsonOutOfBounds extends Error {}

/** Milliseconds, bytes of the response, and members and items in it. */
export interface QuestionBounds extends Pick<JsonBounds, 'entries'> {
  readonly timeout: number
  readonly limit: number
}

/** Levels. The responses of real racks have at most some eight. */
const maxDepth = 32

/**
 * Sends a GET request to a rack, with the gateway itself as the actor.
 *
 * @throws QuestionTimedOut, SyntaxError, JsonOutOfBounds, ResponseTooLarge, RackRejectsGateway, RackUnreachable, RackBroken
 */
export async function sendQuestion(
  rack: Rack,
  target: string,
  { timeout, limit, entries }: QuestionBounds,
): Promise<RackStatusResponse> {
  // `AbortSignal.timeout` would keep the response in memory until the timeout.
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), timeout)
  const headers = ['Accept', 'application/json', 'Convox-Actor', 'rack-gateway']
  try {
    const question = { method: 'GET', target, headers, body: null, length: null, pool: 'questions' } as const
    const response = await rack.send(question, deadline.signal)
    const body = await response.collect(limit)
    return { status: response.status, value: response.status === 200 ? parseBounded(body, entries) : null }
  } catch (error) {
    throw deadline.signal.aborted ? new QuestionTimedOut() : error
  } finally {
    clearTimeout(timer)
  }
}

function parseBounded(body: Buffer, entries: number): unknown {
  const fault = jsonBoundsFault(body, { depth: maxDepth, entries })
  if (fault !== null) throw new JsonOutOfBounds(fault)
  return JSON.parse(body.toString('utf8'))
}

function unclear(rack: Rack, what: string): Error {
  return new UpstreamUnclear(
    `The rack ${rack.name} ${what} when the gateway asked it for a fact that the decision depends on.`,
    'Try again.',
    { rule: 'upstream-unclear' },
  )
}
