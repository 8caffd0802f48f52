import { rackRoutes } from '@rack-gateway/convox-api'
import fc from 'fast-check'
import { headersFor } from './headers.ts'
import { contentOf, queryOf } from './parameters.ts'
import { pathOf, prefix } from './paths.ts'
import { usually } from './usually.ts'
import { plainCall, type WireCall } from './wire-call.ts'

/** All routes except the one that the gateway answers itself. */
const routes = rackRoutes.filter(({ path }) => path !== '/check')
/** Routes that start commands have the most variants. */
const commands = routes.filter(({ headers }) => headers.includes('Command'))
const anyRoute = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...routes) },
  { weight: 1, arbitrary: fc.constantFrom(...commands) },
)

/** Calls of the routes of the rack, or similar ones, with odd or hostile parts. */
export const anyCall: fc.Arbitrary<WireCall> = anyRoute.chain((route) =>
  fc
    .record({
      method: usually(
        fc.constant(route.method === 'ANY' ? 'GET' : route.method),
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'get', 'PATCH'),
        30,
      ),
      parts: fc.tuple(prefix, pathOf(route), queryOf(route)),
      headers: headersFor(route),
      content: contentOf(route),
      websocket: usually(fc.constant(route.kind === 'websocket'), fc.boolean(), 25),
      chunked: fc.constantFrom(false, false, false, true),
    })
    .map(({ method, parts, headers, content, websocket, chunked }) => ({
      ...plainCall,
      method,
      target: parts.join(''),
      headers: [...headers, ...(content.type === null ? [] : [['Content-Type', content.type] as const])],
      body: content.body,
      websocket,
      chunked: chunked && content.body !== '',
    })),
)
