import type { Secret } from '@rack-gateway/config/client'
import type { GatewayTrust } from '../../gateway/tls/gateway-trust.ts'
import type { MfaChoice } from './mfa-choice.ts'

/** The proofs of a second factor of one own command. */
export interface CommandProofs {
  readonly choice: MfaChoice
  forGateway(gateway: ProvingGateway): RequestProofs
}

/** A gateway, and the token of the session for which the user proves a second factor. */
export interface ProvingGateway {
  readonly origin: string
  readonly token: Secret
  readonly tlsTrust?: GatewayTrust | undefined
  /** Ends requests at Ctrl-C. */
  readonly signal?: AbortSignal
}

export type InterruptibleGateway = ProvingGateway & { readonly signal: AbortSignal }

export interface RequestProofs {
  /** The newest proof, which later requests of the command send, too. Null before the first proof. */
  current(): Secret | null
  /** @returns null if the response requires no proof @throws StepUpNeeded, Interrupted */
  prove(response: GatewayDenial): Promise<Secret | null>
}

export interface GatewayDenial {
  readonly status: number
  /** The parsed JSON. */
  readonly value: unknown
}
