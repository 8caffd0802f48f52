const maxTextLength = 1_000

/** An error response of a rack. Its status can be 401, which does not concern the person's session. */
export class RackError extends Error {
  readonly rack: string
  readonly status: number

  constructor(rack: string, status: number, text: string) {
    super(`Rack ${rack} answered with ${status}${text === '' ? '.' : `: ${text.slice(0, maxTextLength)}`}`)
    this.name = 'RackError'
    this.rack = rack
    this.status = status
  }
}

export class UnreadableResponse extends Error {
  readonly rack: string

  constructor(rack: string) {
    super(
      `The response of rack ${rack} is not that of a Convox rack. Ask an administrator of the gateway to check its URL.`,
    )
    this.name = 'UnreadableResponse'
    this.rack = rack
  }
}
