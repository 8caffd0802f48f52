/** The response of a handler, without the headers that a rack adds to each response. */
export interface RackResponse {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer | AsyncIterable<Buffer>
}
