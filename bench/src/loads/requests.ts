import type { Exchange } from './closed-loop.ts'
import { createResponseReader } from './response-reader.ts'

/** A response other than 200 is an error, because a denial is faster and would distort the result. */
export function requests(request: Buffer): Exchange {
  return {
    opening: null,
    message: request,
    createReader: (onResponse) =>
      createResponseReader(({ status }) => {
        if (status !== 200) throw new Error(`a response was ${status}, so the run measures something else`)
        onResponse()
      }),
  }
}
