import type { GatewayEntry } from '@rack-gateway/config/client'

/** The only authorities for a gateway's certificate, as the CLI's file has them. */
export interface GatewayTrust {
  /** Of the entry. */
  readonly name: string
  /** PEM, or the path of a file with it. */
  readonly ca: string
  readonly configPath: string
}

/** Undefined where the file names none: then those count that are known anyway. */
export function trustOf(
  { configPath }: { readonly configPath: string },
  name: string,
  entry: GatewayEntry | null,
): GatewayTrust | undefined {
  return entry?.ca === undefined ? undefined : { name, ca: entry.ca, configPath }
}
