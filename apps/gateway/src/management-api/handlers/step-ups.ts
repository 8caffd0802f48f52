import type { AskedStepUp } from '@rack-gateway/auth/step-ups'
import type { Handlers, PrincipalCall } from '../call.ts'
import { formatTime } from '../format-time.ts'

/** How recent a proof is that is asked for without calls. Milliseconds. */
const within = 600_000

export const stepUpHandlers: Handlers<
  'createStepUp' | 'getStepUp' | 'beginPasskeyProof' | 'proveStepUp' | 'redeemStepUp' | 'endStepUp'
> = {
  async createStepUp(call) {
    const { stepUps, body } = call
    const { user, session, address } = call.asStepUpCaller()
    const calls = (body.calls ?? []).map(({ rack, app = null, route, command = null }) => ({
      rack,
      app,
      route,
      command,
    }))
    const id = await stepUps.create({
      user,
      session,
      delivery: body.delivery,
      calls,
      covers: calls.length === 0 ? { kind: 'recent', within } : { kind: 'command', calls: calls.map(toCovered) },
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
    return stepUps.beginPasskey(id, asStepUpCaller()) as Promise<Record<never, never>>
  },

  async proveStepUp({ stepUps, id, body, asStepUpCaller }) {
    const { proof, result, method, provedAt } = await stepUps.prove(id, asStepUpCaller(), body)
    return { proof, result, method, provedAt: provedAt.toISOString() }
  },

  async redeemStepUp({ stepUps, id, body, asStepUpCaller }) {
    const { proof, method, provedAt } = await stepUps.redeem(id, asStepUpCaller(), { ...body, challenge: null })
    return { proof, method, provedAt: provedAt.toISOString() }
  },

  async endStepUp({ stepUps, id, principal }) {
    return { ended: await stepUps.end(id, principal.credential) }
  },
}

function toCovered({ rack, app, route }: AskedStepUp['calls'][number]) {
  return { rack, app, route }
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
    level: covers.kind === 'recent' ? 'recent' : 'always',
    withinSeconds: covers.kind === 'recent' ? covers.within / 1_000 : null,
    methods: [...(await stepUps.methodsFor(stepUp))],
    delivery,
    ownRequest: session === principal.credential,
    page: stepUpPage(id),
  }
}
