import { type RackConfig, Secret } from '@rack-gateway/config'

/** A rack without TLS, as the environment would configure it. */
export function rackConfig(name: string, { url, token }: { readonly url: string; readonly token: string }): RackConfig {
  return {
    name,
    url: new URL(url),
    token: new Secret(token),
    tlsInsecure: false,
    tlsCa: null,
    policyMode: null,
    tlsPins: [],
  }
}
