import { tryGateway } from '../../gateway/gateway-request.ts'
import type { Target } from '../../target/target.ts'

/** What waits for a command is not worth more than this. */
const deadlineMs = 2_000

/** What the gateway says of the caller's policy. `at` is its own time, in milliseconds since the epoch. */
export type EffectiveAnswer =
  | { readonly kind: 'changed'; readonly tag: string; readonly text: string; readonly at: number }
  | { readonly kind: 'same'; readonly at: number }
  /** Whatever it was, nothing follows from it. */
  | { readonly kind: 'none' }

const none: EffectiveAnswer = { kind: 'none' }

/**
 * Asks for what decisions about the caller are made from, unless it is what is known. Never
 * rejects.
 *
 * @param tag of what is known
 * @param leaving fires when nobody waits for the answer any more
 */
export async function fetchEffectivePolicy(
  { origin, rack, token, trust }: Target,
  tag: string | null,
  leaving?: AbortSignal,
): Promise<EffectiveAnswer> {
  const query = rack === null ? '' : `?rack=${encodeURIComponent(rack)}`
  const answer = await tryGateway(origin, {
    path: `/gateway/api/v1/policy/effective${query}`,
    token,
    trust,
    headers: tag === null ? {} : { 'if-none-match': tag },
    deadline: deadlineMs,
    ...(leaving && { signal: leaving }),
  }).catch(() => null)
  if (answer === null || answer.kind === 'unanswered') return none
  const { status, headers, text } = answer
  const at = Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(at)) return none
  if (status === 304 && tag !== null) return { kind: 'same', at }
  const newTag = headers.get('etag')
  return status === 200 && newTag !== null ? { kind: 'changed', tag: newTag, text, at } : none
}
