import { readFileSync } from 'node:fs'

/** The directories of `examples/policies`. */
export const exampleNames = ['rails', 'django', 'laravel', 'node'] as const
export type ExampleName = (typeof exampleNames)[number]

/** The text of a file of an example. Builds of the command contain these texts, because they have no `examples`. */
export function exampleText(example: ExampleName, file: string): string {
  return readFileSync(new URL(`../../../../../examples/policies/${example}/${file}`, import.meta.url), 'utf8')
}
