export const maskStart = '[hidden'

/** The release and the MAC of a mask. Null for every other value. */
export function readMask(value: string): { release: string; mac: string } | null {
  if (!value.startsWith(`${maskStart}:`) || !value.endsWith(']')) return null
  const [release = '', mac = '', ...more] = value.slice(maskStart.length + 1, -1).split(':')
  return more.length === 0 && isWord(release) && isWord(mac) ? { release, mac } : null
}

export function isWord(text: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(text)
}
