import type { Principal } from '@rack-gateway/rbac-policy'
import { clientNetworks } from '../rate-limits/client-network.ts'
import { limitKeyOf } from '../rate-limits/limit-key.ts'

/** Who pays for a request: a principal, or the client network of a caller without a valid credential. */
export interface Payer {
  /** Never the same text for a principal and a network. */
  readonly key: string
  readonly isPrincipal: boolean
  /** The IPv6 /56 of a network; null: none. */
  readonly site: string | null
}

const payers = new WeakMap<Principal, Payer>()

export function principalPayer(principal: Principal): Payer {
  const known = payers.get(principal)
  if (known !== undefined) return known
  const payer = { key: `principal ${limitKeyOf(principal)}`, isPrincipal: true, site: null }
  payers.set(principal, payer)
  return payer
}

/** @param address the address of the caller, or `unknown` */
export function networkPayer(address: string): Payer {
  const [network, site] = clientNetworks(address)
  return { key: `network ${network}`, isPrincipal: false, site: site === undefined ? null : `site ${site}` }
}
