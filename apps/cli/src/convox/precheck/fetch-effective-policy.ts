import { tryGateway } from '../../gateway/gateway-request.ts'
import type { Target } from '../../rack-choice/local/target.ts'

/** The longest time that a command waits for the policy. */
const deadlineMs = 2_000

/** `at` is the time of the gateway, in milliseconds since the epoch. */
export type EffectiveAnswer =
  | { readonly kind: 'changed'; readonly tag: string; readonly text: string; readonly at: number }
  | { readonly kind: 'same'; readonly at: number }
  /** No usable answer. */
  | { readonly kind: 'none' }

const noAnswer: EffectiveAnswer = { kind: 'none' }

/**
 * Gets the policy and bindings that decide the caller's calls, unless they are unchanged. Never rejects.
 *
 * @param tag the ETag of the cached answer
 */
export async function fetchEffectivePolicy(
  { origin, rack, token, tlsTrust }: Target,
  tag: string | null,
  signal?: AbortSignal,
): Promise<EffectiveAnswer> {
  const query = rack === null ? '' : `?rack=${encodeURIComponent(rack)}`
  const answer = await tryGateway(origin, {
    path: `/gateway/api/v1/policy/effective${query}`,
    token,
    tlsTrust,
    headers: tag === null ? {} : { 'if-none-match': tag },
    deadline: deadlineMs,
    ...(signal && { signal }),
  }).catch(() => null)
  if (answer === null || answer.kind === 'unanswered') return noAnswer
  const { status, headers, text } = answer
  const at = Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(at)) return noAnswer
  if (status === 304 && tag !== null) return { kind: 'same', at }
  const newTag = headers.get('etag')
  return status === 200 && newTag !== null ? { kind: 'changed', tag: newTag, text, at } : noAnswer
}
