import { isAbsolute } from 'node:path'
import { itemsProblem, splitAtCommas } from '../values/comma-lists.ts'

const keyBytes = 32

/** The keys are newest first. */
export function signingKeysProblem(value: string): string | null {
  return itemsProblem(splitAtCommas(value), 'key', (key) => {
    const bytes = Buffer.from(key, 'base64')
    const isKey = bytes.length === keyBytes && bytes.toString('base64') === key
    return isKey ? null : `not ${keyBytes} bytes in base64`
  })
}

export function absolutePathProblem(value: string): string | null {
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
