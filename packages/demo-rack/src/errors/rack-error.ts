/** An error response of a rack. The message is the whole body without its line break. */
export class RackError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export function notFound(kind: string, name: string): RackError {
  return new RackError(404, `${kind} not found: ${name}`)
}
