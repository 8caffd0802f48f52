import { asSentences, type Explanation } from '@rack-gateway/errors'
import type { FastifyInstance } from 'fastify'
import type { DenialDetails } from '../errors.ts'

/** A refusal of the gateway's own, as decisions tell theirs. */
export function gatewayDenial(
  { policy }: Pick<FastifyInstance, 'policy'>,
  refusal: Explanation & { readonly rule: string },
): DenialDetails {
  return { rule: refusal.rule, source: 'gateway', ...asSentences(refusal), policy: policy.hash }
}

/** A denial as an audit event records it, which calls the remedy `next`. */
export function recordedDenial({ remedy, ...denial }: DenialDetails) {
  return { effect: 'deny', ...denial, next: remedy } as const
}
