import { asSentences, type Explanation } from '@rack-gateway/errors'
import type { FastifyInstance } from 'fastify'
import type { DenialDetails } from '../errors/errors.ts'

export function gatewayDenial(
  { policy }: Pick<FastifyInstance, 'policy'>,
  denial: Explanation & { readonly rule: string },
): DenialDetails {
  return { rule: denial.rule, source: 'gateway', ...asSentences(denial), policy: policy.hash }
}

/** In audit events, the remedy is called `next`. */
export function recordedDenial({ remedy, ...denial }: Omit<DenialDetails, 'permission'>) {
  return { effect: 'deny', ...denial, next: remedy } as const
}
