/** Each type matches one ASCII word without shell syntax. No such word begins with a dash, so none is an option. */
export const wordTypes = {
  integer: { description: 'a whole number, such as 42', accepts: pattern(/^[0-9]{1,18}$/) },
  word: {
    description: 'letters, digits, and _, and after the first character also . : / @ and -, such as users:export',
    accepts: pattern(/^[A-Za-z0-9_][A-Za-z0-9_.:/@-]{0,255}$/),
  },
  name: {
    description: 'lower-case letters, digits, and dashes, such as web-1',
    accepts: pattern(/^[a-z0-9][a-z0-9-]{0,99}$/),
  },
  uuid: {
    description: 'a UUID',
    accepts: pattern(/^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$/),
  },
  date: {
    description: 'a day, such as 2030-01-31',
    accepts: pattern(/^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$/),
  },
  release: { description: 'a release of the rack, such as RABCDEFGHIJ', accepts: pattern(/^R[A-Z]{10}$/) },
} as const satisfies Readonly<Record<string, { description: string; accepts: (word: string) => boolean }>>

export type WordType = keyof typeof wordTypes

export function isWordType(name: string): name is WordType {
  return Object.hasOwn(wordTypes, name)
}

function pattern(expression: RegExp): (word: string) => boolean {
  return (word) => word.length <= 256 && expression.test(word)
}
