/** There is no connection to the gateway that a token may be sent over. */
export class GatewayFailure extends Error {
  /** What convox is told: it shows that after `ERROR: `. */
  readonly told: string

  /** @param message the whole sentence for the person */
  constructor(message: string, told: string) {
    super(message)
    this.told = told
  }
}

/** By its shape: what is shipped has the class in several files. */
export function isGatewayFailure(error: unknown): error is GatewayFailure {
  return error instanceof Error && 'told' in error && typeof error.told === 'string'
}
