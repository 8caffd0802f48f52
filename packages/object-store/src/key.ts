import { ObjectKeyInvalid } from './errors.ts'

const segment = /^[A-Za-z0-9_=-][A-Za-z0-9._=-]*$/
const longest = 512

/**
 * A key means the same in a directory and in S3: segments of letters, digits, `_`, `=`, `-` and `.`, with slashes between them.
 * No segment begins with a dot, so no key leads out of its directory or is the name of a file that isn't finished.
 * @throws ObjectKeyInvalid
 */
export function checkKey(key: string): void {
  if (key.length > longest) throw new ObjectKeyInvalid('a text this long', `at most ${longest} characters are allowed`)
  for (const part of key.split('/')) {
    if (!segment.test(part))
      throw new ObjectKeyInvalid(JSON.stringify(key), `${JSON.stringify(part)} is not allowed in it`)
  }
}

export function isKey(text: string): boolean {
  return text.length <= longest && text.split('/').every((part) => segment.test(part))
}
