import type { Handlers } from '../calls/call.ts'

type Names = 'beginLoopbackLogin' | 'redeemLoopbackLogin' | 'beginDeviceLogin' | 'pollDeviceLogin'

export const cliLoginHandlers: Handlers<Names> = {
  beginLoopbackLogin({ server, body, requestContext }) {
    const { rack = null, purpose = null, ...request } = body
    const { address } = requestContext.source
    const { handle, expiresAt } = server.cliLogins().loopback.begin({ ...request, rack, purpose }, address)
    return {
      address: `${server.managementApi.publicUrl}/gateway/auth/cli?request=${handle}`,
      expiresAt: new Date(expiresAt).toISOString(),
    }
  },

  async redeemLoopbackLogin({ server, body: { code, verifier }, requestContext }) {
    return toResponse(await server.cliLogins().redeem(code, verifier, requestContext))
  },

  async beginDeviceLogin({ server, body, requestContext }) {
    const { rack = null, ...request } = body
    const login = await server.cliLogins().device.begin({ ...request, rack }, requestContext.source.address)
    return {
      code: login.userCode,
      address: `${server.managementApi.publicUrl}/gateway/device`,
      secret: login.secret,
      intervalSeconds: login.interval,
      expiresAt: new Date(login.expiresAt).toISOString(),
    }
  },

  async pollDeviceLogin({ server, body: { secret }, requestContext }) {
    const result = await server.cliLogins().poll(secret, requestContext)
    return result.status === 'done' ? { status: result.status, session: toResponse(result.session) } : result
  },
}

interface IssuedSession {
  readonly id: string
  readonly token: string
  readonly expiresAt: number
  readonly renewAt: number
}

function toResponse({ id, token, expiresAt, renewAt }: IssuedSession) {
  return { id, token, expiresAt: new Date(expiresAt).toISOString(), renewAt: new Date(renewAt).toISOString() }
}
