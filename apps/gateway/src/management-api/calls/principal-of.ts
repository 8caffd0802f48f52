import type { Principal } from '@rack-gateway/rbac-policy'
import type { FastifyRequest } from 'fastify'

export function principalOf({ principal }: FastifyRequest): Principal {
  if (principal === null) throw new Error('the request was authenticated without a principal')
  return principal
}
