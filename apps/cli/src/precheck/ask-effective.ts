import { bodyOf, headersWith } from '../gateway-request.ts'
import type { Target } from '../target.ts'

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
 * Asks for what decisions about the caller are made from, unless it is what is known. Follows no redirect, which could
 * carry the token elsewhere. Never rejects.
 *
 * @param tag of what is known
 * @param leaving fires when nobody waits for the answer any more
 */
export async function askEffective(
  { origin, rack, token }: Target,
  tag: string | null,
  leaving?: AbortSignal,
): Promise<EffectiveAnswer> {
  const query = rack === null ? '' : `?rack=${encodeURIComponent(rack)}`
  const deadline = AbortSignal.timeout(deadlineMs)
  try {
    const answer = await fetch(`${origin}/gateway/api/v1/policy/effective${query}`, {
      headers: { ...headersWith(token), ...(tag !== null && { 'if-none-match': tag }) },
      redirect: 'manual',
      signal: leaving ? AbortSignal.any([deadline, leaving]) : deadline,
    })
    const at = Date.parse(answer.headers.get('date') ?? '')
    const text = (await bodyOf(answer)) ?? ''
    if (Number.isNaN(at)) return none
    if (answer.status === 304 && tag !== null) return { kind: 'same', at }
    const newTag = answer.headers.get('etag')
    return answer.status === 200 && newTag !== null ? { kind: 'changed', tag: newTag, text, at } : none
  } catch {
    return none
  }
}
