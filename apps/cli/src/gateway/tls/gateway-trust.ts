import {
  type ClientConfig,
  entryOf,
  gatewayAddress,
  gatewayOf,
  isApiToken,
  type TokenEntry,
} from '@rack-gateway/config/client'
import { printable } from '../../output/terminal.ts'

/** What the CLI's file says of who may have signed a gateway's certificate. */
export interface GatewayTrust {
  /** The entry that says it, or could; null where no name leads to the gateway. */
  readonly name: string | null
  /** PEM, or the path of a file with it: the only authorities. Without it, those count that are known anyway. */
  readonly ca?: string | undefined
  readonly configPath: string
  /** What follows `rack-gateway login` so that the entry says it; null where such a login would cost the name its API token. */
  readonly login: string | null
}

interface Named {
  readonly origin: string
  readonly name: string | null
}

/**
 * What the file says of the certificate of the gateway at an address: what a name's own entry says, else what that of another
 * name there does, since all of them share one session.
 */
export function trustAt(
  { configPath }: { readonly configPath: string },
  config: ClientConfig,
  { origin, name }: Named,
): GatewayTrust {
  const own = name === null ? [] : [name]
  for (const one of [...own, ...Object.keys(config.gateways ?? {})]) {
    const entry = gatewayOf(config, one)
    if (entry?.ca !== undefined && gatewayAddress(entry.url).origin === origin)
      return { name: one, ca: entry.ca, configPath, login: loginWords(config, { origin, name: one }) }
  }
  return { name, configPath, login: loginWords(config, { origin, name }) }
}

/** What follows `rack-gateway login` to log in anew by a name: the address too, where the name isn't for it yet. Null where an API token would go. */
export function loginWords(config: ClientConfig, { origin, name }: Named): string | null {
  if (name === null) return null
  const own = entryOf(config, { kind: 'token', origin, name })
  if (own !== null && !isSession(own)) return null
  const isKnown = gatewayAddress(gatewayOf(config, name)?.url ?? '').origin === origin
  return isKnown ? printable(name) : `${printable(name)} ${origin}`
}

/** In a keychain, it is what the gateway said of its bearer. */
function isSession({ token, confirmed }: TokenEntry): boolean {
  return token === undefined ? confirmed?.kind === 'user' : !isApiToken(token)
}

/** What to do so that one more authority is known. */
export function howToTrustMore(trust: GatewayTrust | undefined): string {
  const { name = null, configPath = '', login = null } = trust ?? {}
  if (name === null) return 'name its PEM file in NODE_EXTRA_CA_CERTS'
  const entry = `name its PEM file as "ca" of gateways.${printable(name)} in ${printable(configPath)}`
  return login === null ? entry : `${entry}, which rack-gateway login ${login} --ca FILE does`
}
