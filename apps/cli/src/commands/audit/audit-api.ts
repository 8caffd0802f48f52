import { GatewayUnreachable, Interrupted, NotSigned, Refused, TokenRefused, Usage } from '../../errors.ts'
import { codeOf, deadlineMs, failure, sentenceOf } from '../../gateway-client.ts'
import { bodyOf, headersWith, parsed } from '../../gateway-request.ts'
import type { Target } from '../../target.ts'
import { printable } from '../../terminal.ts'

export interface Asking {
  readonly headers?: Readonly<Record<string, string>>
  /** What is sent, as JSON; without it nothing is changed. */
  readonly send?: object
  /** Instead of the deadline for what is answered at once. */
  readonly signal?: AbortSignal
}

/** A path below the gateway's API. @throws Interrupted by the signal; TokenRefused, Refused, NotSigned, Usage, GatewayUnreachable for all that isn't a 200 */
export async function askAudit(target: Target, path: string, asking: Asking = {}): Promise<Response> {
  const answer = await get(target, path, asking)
  if (answer.status === 200) return answer
  const body = parsed((await bodyOf(answer)) ?? '')
  const said = printable(sentenceOf(body) ?? `it answered with status ${answer.status}, and not as a Rack Gateway does`)
  if (answer.status === 401) throw new TokenRefused(`${target.origin} refused the token: ${said}`)
  if (codeOf(body) === 'RGW_NOT_SIGNED_YET') throw new NotSigned(said)
  if (answer.status === 403) throw new Refused(said)
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) throw new Usage(said)
  throw new GatewayUnreachable(`${target.origin} could not show its audit log: ${said}`)
}

/** The answer as JSON. @throws as `askAudit`, GatewayUnreachable for what isn't JSON */
export async function askAuditJson(target: Target, path: string): Promise<unknown> {
  const body = await bodyOf(await askAudit(target, path))
  const value = body === null ? undefined : parsed(body)
  if (value === undefined)
    throw new GatewayUnreachable(`${target.origin} sent an answer that can’t be read: ask for less with --limit`)
  return value
}

async function get({ origin, token }: Target, path: string, { headers, send, signal }: Asking): Promise<Response> {
  try {
    return await fetch(`${origin}/gateway/api/v1${path}`, {
      headers: { ...headersWith(token), ...headers, ...(send && { 'content-type': 'application/json' }) },
      ...(send && { method: 'POST', body: JSON.stringify(send) }),
      redirect: 'manual',
      signal: signal ?? AbortSignal.timeout(deadlineMs),
    })
  } catch (error) {
    if (signal?.aborted) throw new Interrupted()
    throw new GatewayUnreachable(
      `${origin} could not be asked: ${printable(failure(error))}; check the address and the network`,
    )
  }
}
