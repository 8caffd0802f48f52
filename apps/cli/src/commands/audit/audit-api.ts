import type { HttpRequest } from '@rack-gateway/gateway-api'
import { isMissing, refusalOf } from '../../gateway/gateway-refusal.ts'
import { bodyOf, openGateway, parsed } from '../../gateway/gateway-request.ts'
import type { Target } from '../../target/target.ts'

export interface Opening {
  readonly headers?: Readonly<Record<string, string>>
  /** Ends it: an answer that comes for as long as it takes has no deadline. */
  readonly signal: AbortSignal
  /** What to throw where there is no such thing. */
  readonly missing?: Error
}

/** An answer that is read while it comes. @throws as `openGateway` and `refusalOf` */
export async function openAudit(
  { origin, token, trust }: Target,
  request: HttpRequest,
  { missing, ...opening }: Opening,
): Promise<Response> {
  const answer = await openGateway(origin, { ...request, token, trust, ...opening })
  if (answer.status === 200) return answer
  const value = parsed((await bodyOf(answer)) ?? '')
  if (missing !== undefined && isMissing({ status: answer.status, value })) throw missing
  throw refusalOf(origin, { status: answer.status, value })
}
