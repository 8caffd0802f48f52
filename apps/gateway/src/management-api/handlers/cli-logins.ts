import type { Handlers } from '../call.ts'

type Names = 'beginLoopbackLogin' | 'redeemLoopbackLogin' | 'beginDeviceLogin' | 'pollDeviceLogin'

export const cliLoginHandlers: Handlers<Names> = {
  beginLoopbackLogin({ cliLogin, body, place }) {
    const { rack = null, ...request } = body
    const { handle, expiresAt } = cliLogin.logins().loopback.begin({ ...request, rack }, place.source.address)
    return {
      address: cliLogin.addressOf(`/gateway/auth/cli?request=${handle}`),
      expiresAt: new Date(expiresAt).toISOString(),
    }
  },

  async redeemLoopbackLogin({ cliLogin, body: { code, verifier }, place }) {
    return toResponse(await cliLogin.logins().redeem(code, verifier, place))
  },

  async beginDeviceLogin({ cliLogin, body, place }) {
    const { rack = null, ...request } = body
    const login = await cliLogin.logins().device.begin({ ...request, rack }, place.source.address)
    return {
      code: login.userCode,
      address: cliLogin.addressOf('/gateway/device'),
      secret: login.secret,
      intervalSeconds: login.interval,
      expiresAt: new Date(login.expiresAt).toISOString(),
    }
  },

  async pollDeviceLogin({ cliLogin, body: { secret }, place }) {
    const result = await cliLogin.logins().poll(secret, place)
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
