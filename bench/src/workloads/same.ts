import { isDeepStrictEqual } from 'node:util'
import type { NamedAnswer } from './ask.ts'

/**
 * Compares every answer with the first one that has no masks.
 *
 * @param masked returns the expected form of the first answer, with the masks of `shown`
 * @throws if an answer differs, or if every answer has masks
 */
export function expectSame(
  answers: readonly NamedAnswer[],
  masked: (open: unknown, shown: unknown) => unknown = (open) => open,
): void {
  const model = answers.find(({ hasMasks }) => !hasMasks)
  if (!model) throw new Error('no subject answers without masks')
  for (const { name, hasMasks, value } of answers) {
    const expected = hasMasks ? masked(model.value, value) : model.value
    if (!isDeepStrictEqual(value, expected)) throw new Error(`${name} answers something else than ${model.name}`)
  }
}
