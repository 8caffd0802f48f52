import {
  type ClientConfig,
  entryOf,
  gatewayAddress,
  gatewayOf,
  isNonInteractiveToken,
  type TokenEntry,
} from '@rack-gateway/config/client'
import { printable } from '../../terminal/terminal.ts'

/** The authorities that the configuration file trusts for a gateway. */
export interface GatewayTrust {
  /** The name of the entry with `ca`, or else the name of the rack. Null if there is neither. */
  readonly name: string | null
  /** The only trusted authorities: PEM, or the path of a PEM file. By default those of Node and the system. */
  readonly ca?: string | undefined
  readonly configPath: string
  /** The arguments of `rack-gateway login` to which `--ca` can be added: see `loginArgumentsOf`. */
  readonly loginArguments: string | null
}

interface NamedGateway {
  readonly origin: string
  readonly name: string | null
}

/** Prefers the name's own entry. Otherwise uses another name at the same address, because both share one session. */
export function trustAt(
  { configPath }: { readonly configPath: string },
  config: ClientConfig,
  { origin, name }: NamedGateway,
): GatewayTrust {
  const own = name === null ? [] : [name]
  for (const one of [...own, ...Object.keys(config.gateways ?? {})]) {
    const entry = gatewayOf(config, one)
    if (entry?.ca !== undefined && gatewayAddress(entry.url).origin === origin)
      return { name: one, ca: entry.ca, configPath, loginArguments: loginArgumentsOf(config, { origin, name: one }) }
  }
  return { name, configPath, loginArguments: loginArgumentsOf(config, { origin, name }) }
}

/**
 * The arguments of `rack-gateway login`: the name, and the address unless the name already has it. Null without a name,
 * or if the login would replace an API token.
 */
export function loginArgumentsOf(config: ClientConfig, { origin, name }: NamedGateway): string | null {
  if (name === null) return null
  const own = entryOf(config, { kind: 'token', origin, name })
  if (own !== null && !isSession(own)) return null
  const isKnown = gatewayAddress(gatewayOf(config, name)?.url ?? '').origin === origin
  return isKnown ? printable(name) : `${printable(name)} ${origin}`
}

/** For a token in a keychain, the kind that the gateway reported decides. */
function isSession({ token, confirmed }: TokenEntry): boolean {
  return token === undefined ? confirmed?.kind === 'user' : !isNonInteractiveToken(token)
}

/** How to trust another authority, as a clause. */
export function trustRemedy(tlsTrust: GatewayTrust | undefined): string {
  const { name = null, configPath = '', loginArguments = null } = tlsTrust ?? {}
  if (name === null) return 'name its PEM file in NODE_EXTRA_CA_CERTS'
  if (loginArguments !== null) return `name its PEM file with: rack-gateway login ${loginArguments} --ca FILE`
  return `name its PEM file as "ca" of gateways.${printable(name)} in ${printable(configPath)}`
}
