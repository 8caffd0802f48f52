import { isDeepStrictEqual } from 'node:util'
import type { NamedAnswer } from './ask.ts'

/**
 * Compares every answer with the first one that isn't masked.
 *
 * @param masked what the first one has to look like where secrets are hidden in `shown`
 * @throws when one is another
 */
export function expectSame(
  answers: readonly NamedAnswer[],
  masked: (open: unknown, shown: unknown) => unknown = (open) => open,
): void {
  const model = answers.find(({ masks }) => !masks)
  if (!model) throw new Error('there is nobody to compare with')
  for (const { name, masks, value } of answers) {
    const expected = masks ? masked(model.value, value) : model.value
    if (!isDeepStrictEqual(value, expected)) throw new Error(`${name} answers something else than ${model.name}`)
  }
}
