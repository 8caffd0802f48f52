import { InvalidName, noSuchItem } from '../errors/errors.ts'

const email = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)*$/
const name = /^[A-Za-z0-9](?:[A-Za-z0-9 ._/+-]{0,98}[A-Za-z0-9])?$/
const groupName = /^[A-Za-z0-9](?:[A-Za-z0-9 ._@/+-]{0,98}[A-Za-z0-9])?$/
const maximumEmail = 254

/**
 * Allows only plain ASCII with one `@`, so that no two addresses look alike. @returns the address in lower case.
 * @throws InvalidName
 */
export function canonicalEmail(text: string): string {
  const lower = text.toLowerCase()
  if (/^[\x21-\x7e]+$/.test(text) && lower.length <= maximumEmail && email.test(lower)) return lower
  throw new InvalidName(
    'The email address is invalid.',
    'Write it like name@example.com: plain ASCII, one @, and at most 254 characters.',
  )
}

/**
 * A name appears unchanged in headers, tables, and the audit log. So it is plain text, and never an email address.
 *
 * @throws InvalidName
 */
export function checkName(what: string, text: string): string {
  if (name.test(text)) return text
  throw new InvalidName(
    `The ${what} is invalid.`,
    'Use 1 to 100 letters, digits, spaces, and any of . _ / + - with a letter or digit at the beginning and end.',
  )
}

/**
 * Allows email addresses, because identity providers use them as group names, and a group is never the actor of an
 * event.
 *
 * @throws InvalidName
 */
export function checkGroupName(text: string): string {
  if (groupName.test(text)) return text
  throw new InvalidName(
    'The name of the group is invalid.',
    'Use 1 to 100 letters, digits, spaces, and any of . _ @ / + - with a letter or digit at the beginning and end.',
  )
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function isId(text: string): boolean {
  return uuid.test(text)
}

/** @param noun such as `user` @throws NotFound for a text that is not a UUID, because no item can have such an ID */
export function checkId(noun: string, id: string): string {
  if (isId(id)) return id
  throw noSuchItem(noun)
}
