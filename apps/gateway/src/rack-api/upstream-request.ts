import type { RackRoute } from '@rack-gateway/convox-api'
import { requestHeaders, type UpstreamRequest } from '@rack-gateway/rack-registry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DecidedCall } from '../calls/call.ts'
import { allowBody, hasBody } from '../http/body.ts'
import { kindOfCall } from './limits/kind-of-call.ts'

export function upstreamRequest(request: FastifyRequest, call: DecidedCall): UpstreamRequest {
  const { route } = call.match
  const headers = requestHeaders(request.raw.rawHeaders, {
    allowed: allowedHeaders(route),
    encoding: 'identity',
    actor: call.principal.name,
  })
  return {
    method: request.method,
    target: call.parsedRequest.path + call.parsedRequest.search,
    headers,
    body: call.sent ?? (route.body === 'raw' && hasBody(request.raw) ? request.raw : null),
    length: call.sent === null ? lengthOf(request) : null,
    pool: kindOfCall(route) === 'transfers' ? 'transfers' : 'calls',
    isPassedOn: route.method === 'ANY',
  }
}

/** Must be called only after the `intent` event is recorded. */
export function allowRackBody(request: FastifyRequest, reply: FastifyReply, { body }: UpstreamRequest): void {
  if (body !== null) allowBody(request, reply)
}

const headersByRoute = new Map<RackRoute, ReadonlySet<string>>()

function allowedHeaders(route: RackRoute): ReadonlySet<string> {
  const cached = headersByRoute.get(route)
  if (cached) return cached
  const names = new Set(route.headers.map((name) => name.toLowerCase()))
  headersByRoute.set(route, names)
  return names
}

function lengthOf(request: FastifyRequest): number | null {
  const length = request.headers['content-length']
  return length === undefined ? null : Number(length)
}
