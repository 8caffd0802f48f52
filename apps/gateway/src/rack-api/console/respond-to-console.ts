import type { ConsoleCall } from '@rack-gateway/convox-api'
import { headerMismatch, type Rack } from '@rack-gateway/rack-registry'
import type { Principal } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { callEventOf } from '../../audit/call-event.ts'
import type { CallState } from '../../calls/call.ts'
import { UnknownRoute, withRule } from '../../errors/errors.ts'
import { ownDataDecision } from '../../management-api/calls/authorize.ts'
import { chooseRack } from '../choose-rack.ts'
import { recordRead } from '../events/record-read.ts'

/** The event is durable before the response is sent, unless reads are relaxed. */
export async function respondToConsole(
  request: FastifyRequest,
  reply: FastifyReply,
  consoleCall: ConsoleCall,
): Promise<void> {
  const { server } = request
  const { call, principal } = request
  if (!call || !principal) throw new Error('the request was not parsed or has no principal')
  const { route } = consoleCall
  if (route === null) throw unknownConsoleRoute(request.method, call.parsedRequest.path)
  if (server.rackApi.reads === 'relaxed') server.audit.check()
  const response = responseOf(server, { call, principal }, consoleCall)
  const decision = { effect: 'allow' as const, ...ownDataDecision, policy: server.policy.hash }
  await recordRead(server, request.log, { ...callEventOf(request), kind: 'call', route, decision, status: 200 })
  call.recorded = true
  reply.header('cache-control', 'no-store').type('application/json; charset=utf-8')
  await reply.send(`${JSON.stringify(response)}\n`)
}

interface Caller {
  readonly call: CallState
  readonly principal: Principal
}

/** Also asks racks whose status is old. So `GET /auth`, the login, prepares the list that the CLI shows next. */
function responseOf(server: FastifyInstance, caller: Caller, { route, rack }: ConsoleCall): unknown {
  if (rack !== null) return toResponse(server, namedRack(server, caller, rack))
  const racks = racksOf(server, caller).map((one) => toResponse(server, one))
  return route === 'GET /auth' ? { id: caller.principal.name } : racks
}

function racksOf({ racks, policy, clock }: FastifyInstance, { principal, call }: Caller): Rack[] {
  const usable = policy.racksOf(principal, racks.names, { at: clock.now(), address: call.address })
  return usable.flatMap((name) => racks.get(name) ?? [])
}

/** @throws RackMismatch; UnknownRack, with the same sentence for a rack on which the caller has no role */
function namedRack(server: FastifyInstance, caller: Caller, name: string): Rack {
  const { parsedRequest, address } = caller.call
  if (parsedRequest.rackHeader !== null && parsedRequest.rackHeader !== name)
    throw withRule(headerMismatch('the path'), 'rack-mismatch')
  const call = { address, parsedRequest: { ...parsedRequest, rackHeader: name } }
  const rack = chooseRack(server, caller.principal, call, { onlyUsable: true, nameFrom: 'path' })
  caller.call.rack = rack
  return rack
}

/** Omits `state` and `parameters`. The stock CLI then asks the rack, and the gateway masks the rack's response. */
function toResponse({ rackApi, rackStatuses }: FastifyInstance, rack: Rack) {
  return { name: rack.name, organization: { name: rackApi.organization }, ...rackStatuses.lastSeen(rack) }
}

function unknownConsoleRoute(method: string, path: string): Error {
  const [, remedy] = remedies.find(([pattern]) => pattern.test(path)) ?? [null, askForRackChange]
  return new UnknownRoute(
    `The gateway does not answer ${method} ${path}. In console mode, it only lists racks and selects one.`,
    remedy,
    { rule: 'unknown-route' },
  )
}

const askForRackChange = "Use the provider's own tools to install, move, or remove a rack."
/** By the path of what only a console of Convox has. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /\/sync$/,
    'You need not do anything: "convox rack sync" only updates the address of a rack, which the gateway knows.',
  ],
  [/\/runtimes?(?:\/|$)/, 'Manage runtimes in the Convox Console.'],
  [/\/workflows?(?:\/|$)/, 'Use the workflows of the Convox Console, or deploy from your CI system.'],
  [/^\/machines/, 'Manage machines in the Convox Console.'],
]
