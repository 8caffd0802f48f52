import type { ReadPair } from '../forms/pairs.ts'

// Short readers for tests. They read a whole text at once, and can take long.

const masks = ['[hidden', '[rack token]']

export function containsEncodedMaskAtOnce(text: string): boolean {
  const unescaped = text
    .replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const [encoded = ''] = text.replaceAll(/[\r\n]/g, '').split('=')
  const decoded = /^[A-Za-z0-9+/_=\r\n-]+$/.test(text) ? Buffer.from(encoded, 'base64').toString('latin1') : ''
  return masks.some((mask) => [text, unescaped, decoded].some((one) => one.includes(mask)))
}

/** @param text bytes as latin1 */
export function readPairsAtOnce(text: string): ReadPair[] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      if (pair.includes(';')) return { dropped: 'semicolon' }
      if (/%(?![0-9a-f]{2})/i.test(pair)) return { dropped: 'escape' }
      const [, key = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? []
      const [readKey, readValue] = [decodeAtOnce(key), decodeAtOnce(value)]
      return { dropped: null, key: readKey.text, value: readValue.text, utf8: readKey.utf8 && readValue.utf8 }
    })
}

function decodeAtOnce(text: string): { text: string; utf8: boolean } {
  const unescaped = text
    .replaceAll('+', ' ')
    .replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const bytes = Buffer.from(unescaped, 'latin1')
  const read = bytes.toString('utf8')
  return { text: read, utf8: Buffer.from(read).equals(bytes) }
}

const marks = { BEGIN: /-{4,5} ?BEGIN\b/g, END: /-{4,5} ?END\b/g }

/** The key of the entry that each line of an environment belongs to; null for lines before the first variable. */
export function envOwnersAtOnce(env: string): (string | null)[] {
  const lines = env.split('\n')
  const lastOf = (line: string, mark: keyof typeof marks) => [...line.matchAll(marks[mark])].at(-1)?.index ?? -1
  const lastEnd = lines.findLastIndex((line) => lastOf(line, 'END') !== -1)
  const owners: (string | null)[] = []
  let isOpen = false
  for (const [at, line] of lines.entries()) {
    const text = line.trimEnd()
    const isPadded =
      /^[A-Za-z0-9+/_-]+==$/.test(text) ||
      (/^[A-Za-z0-9+/_-]+=$/.test(text) &&
        !/^[A-Z][A-Z0-9_]*$/.test(text.slice(0, -1)) &&
        /[A-Za-z0-9+/_-]{40}\s*$/.test(lines[at - 1] ?? ''))
    const [, key = null] = /^[^\S\n]*([A-Za-z0-9_.-]+)[^\S\n]*=/.exec(line) ?? []
    const continues = at > 0 && (isOpen || isPadded || key === null)
    owners.push(continues ? (owners[at - 1] ?? null) : key)
    const [begins, ends] = [lastOf(line, 'BEGIN'), lastOf(line, 'END')]
    if (begins !== -1 || ends !== -1) isOpen = begins > ends && at < lastEnd
  }
  return owners
}
