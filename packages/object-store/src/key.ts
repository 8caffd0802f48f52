import { ObjectKeyInvalid } from './errors.ts'

const segment = /^[A-Za-z0-9_=-][A-Za-z0-9._=-]*$/
const maxLength = 512

/**
 * Accepts only keys that are valid both in a directory and in S3. No segment begins with a dot, so no key leaves the
 * store's directory or names a temporary file.
 *
 * @throws ObjectKeyInvalid
 */
export function checkKey(key: string): void {
  if (key.length > maxLength)
    throw new ObjectKeyInvalid(`a text of ${key.length} characters`, `at most ${maxLength} characters are allowed`)
  for (const part of key.split('/')) {
    if (!segment.test(part))
      throw new ObjectKeyInvalid(JSON.stringify(key), `the part ${JSON.stringify(part)} is not allowed`)
  }
}

export function isKey(text: string): boolean {
  return text.length <= maxLength && text.split('/').every((part) => segment.test(part))
}
