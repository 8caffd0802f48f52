import { type ClientConfig, gatewayOf } from '@rack-gateway/config/client'
import { gatewayAddress } from './gateway-address.ts'

/** The only authorities for a gateway's certificate, as the CLI's file has them. */
export interface GatewayTrust {
  /** Of the entry that has them. */
  readonly name: string
  /** PEM, or the path of a file with it. */
  readonly ca: string
  readonly configPath: string
}

/**
 * What the file says of the certificate of the gateway at an address: what a name's own entry says, else what that of another
 * name there does, since all of them share one session. Undefined where none says anything: then those authorities count that
 * are known anyway.
 */
export function trustAt(
  { configPath }: { readonly configPath: string },
  config: ClientConfig,
  { origin, name }: { readonly origin: string; readonly name: string | null },
): GatewayTrust | undefined {
  const own = name === null ? [] : [name]
  for (const one of [...own, ...Object.keys(config.gateways ?? {})]) {
    const entry = gatewayOf(config, one)
    if (entry?.ca !== undefined && gatewayAddress(entry.url).origin === origin)
      return { name: one, ca: entry.ca, configPath }
  }
  return undefined
}
