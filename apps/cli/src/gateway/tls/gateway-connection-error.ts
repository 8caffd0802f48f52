/** The gateway cannot be reached, or its certificate cannot be trusted, so the token is not sent. */
export class GatewayConnectionError extends Error {
  /** The text that convox prints after `ERROR: `. */
  readonly convoxMessage: string

  /** @param message complete sentences for the user */
  constructor(message: string, convoxMessage: string) {
    super(message)
    this.convoxMessage = convoxMessage
  }
}

/** Checks the shape, because several files of the bundle contain a copy of the class. */
export function isGatewayConnectionError(error: unknown): error is GatewayConnectionError {
  return error instanceof Error && 'convoxMessage' in error && typeof error.convoxMessage === 'string'
}
