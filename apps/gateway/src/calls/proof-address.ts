import { unknownAddress } from '@rack-gateway/auth/step-ups'
import type { FastifyRequest } from 'fastify'
import { addressOf } from '../http/source.ts'

/**
 * The address that a proof can be bound to. Behind a proxy that is missing in `TRUSTED_PROXIES`, all callers have the
 * address of the proxy, so the address counts as unknown.
 */
export function proofAddress(request: FastifyRequest): string {
  const isForwarded = request.raw.headers['x-forwarded-for'] !== undefined
  return isForwarded && (request.ips?.length ?? 1) <= 1 ? unknownAddress : addressOf(request)
}
