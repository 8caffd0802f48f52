import { createAnswerReader } from './answer-reader.ts'
import type { Exchange } from './closed-loop.ts'

/** An answer other than 200 is an error, because a denial is faster and would distort the result. */
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
