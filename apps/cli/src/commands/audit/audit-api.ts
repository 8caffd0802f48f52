import { GatewayUnreachable } from '../../errors.ts'
import { refusalOf } from '../../gateway-refusal.ts'
import { askGateway, bodyOf, openGateway, parsed } from '../../gateway-request.ts'
import type { Target } from '../../target.ts'

export interface Opening {
  readonly headers?: Readonly<Record<string, string>>
  /** Ends it: an answer that comes for as long as it takes has no deadline. */
  readonly signal: AbortSignal
}

/** An answer that is read while it comes. @throws as `openGateway` and `refusalOf` */
export async function openAudit(
  { origin, token, trust }: Target,
  path: `/${string}`,
  opening: Opening,
): Promise<Response> {
  const answer = await openGateway(origin, { path, token, trust, ...opening })
  if (answer.status === 200) return answer
  throw refusalOf(origin, { status: answer.status, value: parsed((await bodyOf(answer)) ?? '') })
}

/** An answer as JSON. @param body with one, something is changed @throws as `askGateway` and `refusalOf`, GatewayUnreachable for what isn't JSON */
export async function askAuditJson(
  { origin, token, trust }: Target,
  path: `/${string}`,
  body?: object,
): Promise<unknown> {
  const answer = await askGateway(origin, { path, token, trust, ...(body && { body }) })
  if (answer.status !== 200) throw refusalOf(origin, answer)
  if (answer.value === undefined)
    throw new GatewayUnreachable(`${origin} sent an answer that can’t be read: ask for less with --limit`)
  return answer.value
}
