import type { Handlers } from '../call.ts'

type Names = 'beginLoopbackLogin' | 'redeemLoopbackLogin' | 'beginDeviceLogin' | 'pollDeviceLogin'

/** What the CLI asks before it has a token. */
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
    return shown(await cliLogin.logins().redeem(code, verifier, place))
  },

  async beginDeviceLogin({ cliLogin, body, place }) {
    const { rack = null, ...request } = body
    const begun = await cliLogin.logins().device.begin({ ...request, rack }, place.source.address)
    return {
      code: begun.userCode,
      address: cliLogin.addressOf('/gateway/device'),
      secret: begun.secret,
      intervalSeconds: begun.interval,
      expiresAt: new Date(begun.expiresAt).toISOString(),
    }
  },

  async pollDeviceLogin({ cliLogin, body: { secret }, place }) {
    const polled = await cliLogin.logins().poll(secret, place)
    return polled.status === 'done' ? { status: polled.status, session: shown(polled.session) } : polled
  },
}

interface NewSession {
  readonly id: string
  readonly token: string
  readonly expiresAt: number
  readonly renewAt: number
}

function shown({ id, token, expiresAt, renewAt }: NewSession) {
  return { id, token, expiresAt: new Date(expiresAt).toISOString(), renewAt: new Date(renewAt).toISOString() }
}
