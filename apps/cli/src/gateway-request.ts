import type { Secret } from '@rack-gateway/config/client'
import { version } from './version.ts'

const longestAnswer = 2 * 1024 * 1024

/** What every request to the gateway's own API is sent with. */
export function headersWith(token: Secret): Record<string, string> {
  return {
    authorization: `Bearer ${token.reveal()}`,
    accept: 'application/json',
    'user-agent': `rack-gateway/${version()}`,
  }
}

/** The body as text, or null when it is longer than any that we ask for. */
export async function bodyOf(answer: Response): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body ?? []) {
    length += chunk.byteLength
    if (length > longestAnswer) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

export function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
