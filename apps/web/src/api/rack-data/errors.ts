/** The longest text of a rack that is shown. */
const longestText = 1_000

/** A rack answered with an error, in its own words. It never ends the person's session, whatever its status. */
export class RackError extends Error {
  readonly rack: string
  readonly status: number

  constructor(rack: string, status: number, text: string) {
    super(`Rack ${rack} answered with ${status}${text === '' ? '.' : `: ${text.slice(0, longestText)}`}`)
    this.name = 'RackError'
    this.rack = rack
    this.status = status
  }
}

/** The response of a rack does not have the expected form. */
export class UnreadableAnswer extends Error {
  readonly rack: string

  constructor(rack: string) {
    super(
      `The response of rack ${rack} is not that of a Convox rack. Ask an administrator of the gateway to check its URL.`,
    )
    this.name = 'UnreadableAnswer'
    this.rack = rack
  }
}
