import type { FastifyRequest } from 'fastify'
import { addressOf } from '../../audit/call-event.ts'

/**
 * The address that a proof can be bound to. Behind a proxy that is missing in `TRUSTED_PROXIES`, all callers have one address,
 * so this address counts as unknown.
 */
export function proofAddress(request: FastifyRequest): string {
  const isForwarded = request.raw.headers['x-forwarded-for'] !== undefined
  return isForwarded && (request.ips?.length ?? 1) <= 1 ? 'unknown' : addressOf(request)
}
