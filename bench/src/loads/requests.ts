import { createAnswerReader } from './answer-reader.ts'
import type { Exchange } from './closed-loop.ts'

/** The same request over and over. An answer that isn't 200 is an error: a refusal is faster and would look like speed. */
export function requests(request: Buffer): Exchange {
  return {
    opening: null,
    message: request,
    createReader: (onAnswer) =>
      createAnswerReader(({ status }) => {
        if (status !== 200) throw new Error(`an answer was ${status}, so the run measures something else`)
        onAnswer()
      }),
  }
}
