import { tryGateway } from '../../gateway/gateway-request.ts'
import type { Target } from '../../rack-choice/local/target.ts'

/** The longest time that a command waits for the policy. */
const deadlineMs = 2_000

/** `at` is the time of the gateway, in milliseconds since the epoch. */
export type EffectiveResponse =
  | { readonly kind: 'changed'; readonly tag: string; readonly text: string; readonly at: number }
  | { readonly kind: 'same'; readonly at: number }
  /** No usable answer. */
  | { readonly kind: 'none' }

const noResponse: EffectiveResponse = { kind: 'none' }

/**
 * Gets the policy and bindings that decide the caller's calls, unless they are unchanged. Never rejects.
 *
 * @param tag the ETag of the cached response
 */
export async function fetchEffectivePolicy(
  { origin, rack, token, tlsTrust }: Target,
  tag: string | null,
  signal?: AbortSignal,
): Promise<EffectiveResponse> {
  const query = rack === null ? '' : `?rack=${encodeURIComponent(rack)}`
  const response = await tryGateway(origin, {
    path: `/gateway/api/v1/policy/effective${query}`,
    token,
    tlsTrust,
    headers: tag === null ? {} : { 'if-none-match': tag },
    deadline: deadlineMs,
    ...(signal && { signal }),
  }).catch(() => null)
  if (response === null || response.kind === 'unanswered') return noResponse
  const { status, headers, text } = response
  const at = Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(at)) return noResponse
  if (status === 304 && tag !== null) return { kind: 'same', at }
  const newTag = headers.get('etag')
  return status === 200 && newTag !== null ? { kind: 'changed', tag: newTag, text, at } : noResponse
}
