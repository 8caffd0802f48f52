import type { ClientConfig, Secret } from '@rack-gateway/config/client'

/** What is kept of a login. */
export interface Login {
  readonly name: string
  readonly origin: string
  readonly rack: string | undefined
  readonly entry: {
    readonly token: Secret
    readonly email: string | undefined
    readonly expiresAt: string | undefined
    readonly renewAt: string | undefined
  }
}

/** Undefined fields vanish when the file is written; fields that aren't known stay. */
export function withLogin(config: ClientConfig, { name, origin, rack, entry }: Login): ClientConfig {
  const gateway = { ...config.gateways?.[name], url: origin, rack }
  const token = {
    ...config.tokens?.[name],
    token: entry.token.reveal(),
    email: entry.email,
    expires_at: entry.expiresAt,
    renew_at: entry.renewAt,
  }
  return {
    ...config,
    gateways: { ...config.gateways, [name]: withoutUndefined(gateway) },
    tokens: { ...config.tokens, [name]: withoutUndefined(token) },
    current: config.current ?? name,
  }
}

function withoutUndefined<T extends object>(value: T): T {
  const copy = { ...value }
  for (const [key, field] of Object.entries(copy)) {
    if (field === undefined) Reflect.deleteProperty(copy, key)
  }
  return copy
}
