import { type Words, wholeSentences } from '@rack-gateway/errors'
import type { FastifyInstance } from 'fastify'
import type { Told } from '../errors.ts'

/** A refusal of the gateway's own, as decisions tell theirs. */
export function toldFor({ policy }: Pick<FastifyInstance, 'policy'>, refusal: Words & { readonly rule: string }): Told {
  return { rule: refusal.rule, source: 'gateway', ...wholeSentences(refusal), policy: policy.hash }
}
