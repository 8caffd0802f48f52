import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { Context } from '../context.ts'
import { GatewayUnreachable, Refused, TokenRefused, Usage } from '../errors.ts'
import { deadlineMs, failure, sentenceOf } from '../gateway-client.ts'
import { bodyOf, headersWith, parsed } from '../gateway-request.ts'
import { findLastingTarget } from '../lasting-target.ts'
import { rackUrlTarget } from '../rack-url-target.ts'
import type { Target } from '../target.ts'
import { printable } from '../terminal.ts'

export interface Question<S extends TSchema> {
  readonly path: `/${string}`
  /** Sent as JSON by POST; without one, it is a GET. */
  readonly body?: object
  readonly answer: S
  /** Milliseconds to wait for the answer. */
  readonly deadline?: number
}

/** The gateway that a command is about, as every command finds it. */
export async function targetOf(context: Context, rack: string | null): Promise<Target> {
  return rackUrlTarget(context.env.RACK_URL) ?? (await findLastingTarget(context, rack))
}

/** Asks the gateway's own API. @throws TokenRefused, Refused, Usage, GatewayUnreachable */
export async function askOwnApi<S extends TSchema>(target: Target, question: Question<S>): Promise<Static<S>> {
  const { status, body } = await send(target, question)
  const answer = parsed(body)
  if (status === 200 && Value.Check(question.answer, answer)) return answer
  const said = printable(sentenceOf(answer) ?? `it answered with status ${status}, and not as a Rack Gateway does`)
  if (status === 401) throw new TokenRefused(`${target.origin} refused the token: ${said}`)
  if (status === 403) throw new Refused(said)
  if (status >= 400 && status < 500 && status !== 404) throw new Usage(said)
  throw new GatewayUnreachable(`${target.origin} could not be asked: ${said}`)
}

async function send<S extends TSchema>(
  { origin, token }: Target,
  { path, body, deadline = deadlineMs }: Question<S>,
): Promise<{ status: number; body: string }> {
  const sent =
    body === undefined
      ? { headers: headersWith(token) }
      : {
          method: 'POST',
          headers: { ...headersWith(token), 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }
  try {
    const answer = await fetch(`${origin}/gateway/api/v1${path}`, {
      ...sent,
      redirect: 'manual',
      signal: AbortSignal.timeout(deadline),
    })
    return { status: answer.status, body: (await bodyOf(answer)) ?? '' }
  } catch (error) {
    throw new GatewayUnreachable(
      `${origin} could not be asked: ${printable(failure(error))}; check the address and the network`,
    )
  }
}
