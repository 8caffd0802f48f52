import type { AskedStepUp } from '@rack-gateway/auth/step-ups'
import { redactCommand, routesById } from '@rack-gateway/convox-api'
import { InvalidRequest } from '../../errors.ts'
import type { Handlers, PrincipalCall } from '../call.ts'
import { formatTime } from '../format-time.ts'
import { principalEndpoints } from '../planned-calls/decidable-routes.ts'

/** Milliseconds. The maximum age of a proof for a step-up that names no calls. */
const maxProofAge = 600_000

export const stepUpHandlers: Handlers<
  'createStepUp' | 'getStepUp' | 'beginPasskeyProof' | 'proveStepUp' | 'redeemStepUp' | 'endStepUp'
> = {
  async createStepUp(call) {
    const { stepUps, body, commandDigest, policy } = call
    const { user, session, address } = await call.asStepUpCaller()
    const planned = (body.calls ?? []).map(({ rack, app = null, route, command = null }) => ({
      ...assertKnown(route, app),
      rack: rack.toWellFormed(),
      command: command === null ? null : command.map((word) => word.toWellFormed()),
    }))
    const id = await stepUps.create({
      user,
      session,
      delivery: body.delivery,
      calls: planned.map((one) => ({
        ...one,
        command: one.command && redactCommand(one.command, { isSecret: policy.isSecretParameter, rackToken: '' }),
      })),
      covers:
        planned.length === 0
          ? { kind: 'recent', within: maxProofAge }
          : { kind: 'command', calls: planned.map((one) => ({ ...one, command: commandDigest(one.command) })) },
      methods: body.passkeyOnly === true ? 'passkey' : 'any',
      address,
      client: call.client,
    })
    return toResponse(call, await stepUps.find(id, user))
  },

  async getStepUp(call) {
    return toResponse(call, await call.stepUps.find(call.id, call.principal.id))
  },

  async beginPasskeyProof({ stepUps, id, asStepUpCaller }) {
    return stepUps.beginPasskey(id, await asStepUpCaller()) as Promise<Record<never, never>>
  },

  async proveStepUp({ stepUps, id, body, asStepUpCaller }) {
    const { proof, result, method, provedAt } = await stepUps.prove(id, await asStepUpCaller(), body)
    return { proof, result, method, provedAt: provedAt.toISOString() }
  },

  async redeemStepUp({ stepUps, id, body, asStepUpCaller }) {
    const { proof, method, provedAt } = await stepUps.redeem(id, await asStepUpCaller(), { ...body, challenge: null })
    return { proof, method, provedAt: provedAt.toISOString() }
  },

  async endStepUp({ stepUps, id, principal }) {
    return { ended: await stepUps.end(id, principal.credential) }
  },
}

/** The step-up page and audit events show planned calls, so each route must exist. @throws InvalidRequest */
function assertKnown(route: string, app: string | null): { readonly route: string; readonly app: string | null } {
  const isOfApp = routesById.get(route)?.path.startsWith('/apps/{app}') === true
  if (!routesById.has(route) && !principalEndpoints.has(route)) throw invalid('A call has a route that does not exist.')
  if (isOfApp && app === null) throw invalid('A call of an app has no app.')
  return { route, app: app === null ? null : app.toWellFormed() }
}

function invalid(reason: string): Error {
  return new InvalidRequest(reason, 'Name the planned calls of one command.', { rule: 'schema' })
}

async function toResponse({ stepUps, stepUpPage, principal }: PrincipalCall, stepUp: AskedStepUp) {
  const { id, user, session, device, delivery, calls, client, covers, address, createdAt, expiresAt } = stepUp
  return {
    id,
    user,
    calls: calls.map(({ command, ...call }) => ({ ...call, command: command && [...command] })),
    address,
    client,
    device,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    provedAt: formatTime(stepUp.provedAt),
    level: covers.kind === 'call' ? 'always' : covers.kind,
    withinSeconds: covers.kind === 'recent' ? covers.within / 1_000 : null,
    methods: [...(await stepUps.methodsFor(stepUp))],
    delivery,
    ownRequest: session === principal.credential,
    page: stepUpPage(id),
  }
}
