import type { ConsoleCall } from '@rack-gateway/convox-api'
import { headerMismatch, type Rack } from '@rack-gateway/rack-registry'
import type { Principal } from '@rack-gateway/rbac-policy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { callEventOf } from '../../audit/call-event.ts'
import { UnknownRoute, withRule } from '../../errors.ts'
import { ownDataDecision } from '../../management-api/authorize.ts'
import type { CallState } from '../call.ts'
import { chooseRack } from '../choose-rack.ts'
import type { RackApiDependencies } from '../dependencies.ts'
import { recordRead } from '../events/record-read.ts'

/** The event is durable before the response is sent, unless reads are relaxed. */
export async function answerConsole(
  dependencies: RackApiDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  consoleCall: ConsoleCall,
): Promise<void> {
  const { call, principal } = request
  if (!call || !principal) throw new Error('the request was not parsed or has no principal')
  const { route } = consoleCall
  if (route === null) throw unknownConsoleRoute(request.method, call.parsedRequest.path)
  if (dependencies.reads === 'relaxed') dependencies.audit.check()
  const answer = answerOf(dependencies, { call, principal }, consoleCall)
  const decision = { effect: 'allow' as const, ...ownDataDecision, policy: dependencies.policy.hash }
  await recordRead(dependencies, request.log, { ...callEventOf(request), kind: 'call', route, decision, status: 200 })
  call.recorded = true
  reply.header('cache-control', 'no-store').type('application/json; charset=utf-8')
  await reply.send(`${JSON.stringify(answer)}\n`)
}

interface Caller {
  readonly call: CallState
  readonly principal: Principal
}

/** Also asks racks whose status is old. So `GET /auth`, the login, prepares the list that the CLI shows next. */
function answerOf(dependencies: RackApiDependencies, caller: Caller, { route, rack }: ConsoleCall): unknown {
  if (rack !== null) return toResponse(dependencies, namedRack(dependencies, caller, rack))
  const racks = racksOf(dependencies, caller).map((one) => toResponse(dependencies, one))
  return route === 'GET /auth' ? { id: caller.principal.name } : racks
}

function racksOf({ racks, policy, now }: RackApiDependencies, { principal, call }: Caller): Rack[] {
  const usable = policy.racksOf(principal, racks.names, { at: now(), address: call.address })
  return usable.flatMap((name) => racks.get(name) ?? [])
}

/** @throws RackMismatch; UnknownRack, with the same sentence for a rack on which the caller has no role */
function namedRack(dependencies: RackApiDependencies, caller: Caller, name: string): Rack {
  const { parsedRequest, address } = caller.call
  if (parsedRequest.rackHeader !== null && parsedRequest.rackHeader !== name)
    throw withRule(headerMismatch('the path'), 'rack-mismatch')
  const call = { address, parsedRequest: { ...parsedRequest, rackHeader: name } }
  const rack = chooseRack(dependencies, caller.principal, call, { onlyUsable: true, nameFrom: 'path' })
  caller.call.rack = rack
  return rack
}

/** Omits `state` and `parameters`. The stock CLI then asks the rack, and the gateway masks the rack's response. */
function toResponse({ organization, statuses }: RackApiDependencies, rack: Rack) {
  return { name: rack.name, organization: { name: organization }, ...statuses.lastSeen(rack) }
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
