import { isIP } from 'node:net'
import type { EventDraft } from '@rack-gateway/audit'
import type { Moment } from '@rack-gateway/rbac-policy'
import type { FastifyRequest } from 'fastify'

/**
 * `unknown` if the address is not an IP address.
 * `request.ip` is undefined, despite its type, if the connection was reset before it was accepted.
 */
export function addressOf(request: FastifyRequest): string {
  const address: string | undefined = request.ip
  // Behind a trusted proxy, the address is the text of a header, which can be anything.
  return address !== undefined && isIP(address) !== 0 ? address : 'unknown'
}

export function timeAndAddressOf(request: FastifyRequest, now: () => number): Moment & { readonly address: string } {
  return { at: now(), address: addressOf(request) }
}

export function sourceOf(request: FastifyRequest): NonNullable<EventDraft['source']> {
  const client = request.headers['user-agent']
  return { address: addressOf(request), ...(client === undefined ? {} : { client }) }
}
