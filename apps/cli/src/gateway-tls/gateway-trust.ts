import { type ClientConfig, gatewayAddress, gatewayOf } from '@rack-gateway/config/client'
import { printable } from '../terminal.ts'

/** What the CLI's file says of who may have signed a gateway's certificate. */
export interface GatewayTrust {
  /** The entry that says it, or could; null where no name leads to the gateway. */
  readonly name: string | null
  /** PEM, or the path of a file with it: the only authorities. Without it, those count that are known anyway. */
  readonly ca?: string | undefined
  readonly configPath: string
}

/**
 * What the file says of the certificate of the gateway at an address: what a name's own entry says, else what that of another
 * name there does, since all of them share one session.
 */
export function trustAt(
  { configPath }: { readonly configPath: string },
  config: ClientConfig,
  { origin, name }: { readonly origin: string; readonly name: string | null },
): GatewayTrust {
  const own = name === null ? [] : [name]
  for (const one of [...own, ...Object.keys(config.gateways ?? {})]) {
    const entry = gatewayOf(config, one)
    if (entry?.ca !== undefined && gatewayAddress(entry.url).origin === origin)
      return { name: one, ca: entry.ca, configPath }
  }
  return { name, configPath }
}

/** What to do so that one more authority is known. */
export function howToTrustMore(trust: GatewayTrust | undefined): string {
  if (trust === undefined || trust.name === null) return 'name its PEM file in NODE_EXTRA_CA_CERTS'
  const name = printable(trust.name)
  return `name its PEM file as "ca" of gateways.${name} in ${printable(trust.configPath)}, which rack-gateway login ${name} --ca FILE does`
}
