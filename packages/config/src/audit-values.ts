import { isAbsolute } from 'node:path'

const keyBytes = 32

/** The keys of `AUDIT_SIGNING_KEY`, newest first. */
export function splitSigningKeys(value: string): string[] {
  return value.split(',').map((key) => key.trim())
}

/** The returned problem never contains a part of a key. */
export function signingKeysProblem(value: string): string | null {
  const keys = splitSigningKeys(value)
  for (const [index, key] of keys.entries()) {
    const subject = keys.length === 1 ? 'is' : `has a key (number ${index + 1}) that is`
    const bytes = Buffer.from(key, 'base64')
    if (bytes.length !== keyBytes || bytes.toString('base64') !== key)
      return `${subject} not ${keyBytes} bytes in base64`
    if (keys.indexOf(key) !== index) return `${subject} the same as number ${keys.indexOf(key) + 1}`
  }
  return null
}

export function directoryProblem(value: string): string | null {
  return isAbsolute(value) ? null : 'is not an absolute path'
}

/** Checks only the form. Opening the store checks the rest. */
export function s3Problem(value: string): string | null {
  return /^s3:\/\/[a-z0-9]/.test(value) && URL.canParse(value) ? null : 'does not begin with s3:// and a bucket'
}

/** Never quotes the address, because its path or query can be a secret. */
export function webhookProblem(value: string): string | null {
  const url = URL.canParse(value) ? new URL(value) : null
  if (url === null) return 'is not a URL'
  if (url.username !== '' || url.password !== '') return 'contains credentials; put a secret into the path or the query'
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback) ? null : 'does not begin with https://'
}
