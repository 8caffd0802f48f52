import type { Keys } from '@rack-gateway/auth'
import {
  createProviderRefreshTokens,
  createProviderSource,
  createRecheck,
  type LoginSettings,
  type ProviderRefreshTokens,
  type ProviderSource,
  type Recheck,
} from '@rack-gateway/auth/login'
import type { ServerConfig } from '@rack-gateway/config'
import fp from 'fastify-plugin'

/** The identity provider, for logins and for checks before a session is renewed. */
export interface LoginProvider {
  readonly settings: LoginSettings
  readonly provider: ProviderSource
  readonly refreshTokens: ProviderRefreshTokens
  readonly recheck: Recheck
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Null: no identity provider is configured. */
    loginProvider: LoginProvider | null
  }
}

export interface LoginProviderOptions {
  readonly config: Pick<ServerConfig, 'login' | 'publicUrl' | 'sessions'>
  readonly refreshTokenKeys: Keys
}

export default fp<LoginProviderOptions>(
  async function loginProvider(app, { config, refreshTokenKeys }) {
    const { clock, database } = app
    const settings = settingsOf(config)
    if (settings === null) return void app.decorate('loginProvider', null)
    const provider = createProviderSource(settings, clock)
    const refreshTokens = createProviderRefreshTokens(database, refreshTokenKeys)
    const recheck = createRecheck({
      settings,
      provider,
      refreshTokens,
      database,
      clock,
      record: app.recordIdentityEvents,
    })
    app.decorate('loginProvider', { settings, provider, refreshTokens, recheck })
  },
  { name: 'login-provider', dependencies: ['clock', 'database', 'identities'] },
)

function settingsOf({ login, publicUrl, sessions }: LoginProviderOptions['config']): LoginSettings | null {
  if (login === null || publicUrl === null) return null
  const { clientSecret, sessionIdleMs, ...settings } = login
  return {
    ...settings,
    publicUrl,
    clientSecret: clientSecret.reveal(),
    sessionIdle: sessionIdleMs,
    sessionLife: sessions.maxAge,
  }
}
