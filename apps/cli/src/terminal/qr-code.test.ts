import { encode } from 'uqr'
import { expect, test } from 'vitest'
import { textQrCode } from './qr-code.ts'

const uri =
  'otpauth://totp/Rack%20Gateway%20gateway.example.com:ada%40example.com?issuer=Rack%20Gateway%20gateway.example.com&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&algorithm=SHA1&digits=6&period=30'

/** The dark modules that a camera sees. */
function modulesOf(lines: readonly string[]): boolean[][] {
  const isDark = { '█': [false, false], '▀': [false, true], '▄': [true, false], ' ': [true, true] } as const
  return lines.flatMap((line) => {
    const pairs = [...line].map((block) => isDark[block as keyof typeof isDark])
    return [pairs.map(([upper]) => upper), pairs.map(([, lower]) => lower)]
  })
}

test.each([uri, 'otpauth://totp/x?secret=ABC'])('shows each module of the code of %s', (text) => {
  const { lines, width } = textQrCode(text, { colored: false })
  const { data, size } = encode(text, { border: 4 })
  const modules = modulesOf(lines)
  expect(modules.slice(0, size)).toEqual(data)
  expect(width).toBe(size)
  expect(lines.map((line) => [...line].length)).toEqual(lines.map(() => width))
})

test('has an empty margin of four modules on each side', () => {
  const { lines, width } = textQrCode(uri, { colored: false })
  expect(lines.slice(0, 2)).toEqual(['█'.repeat(width), '█'.repeat(width)])
  for (const line of lines) expect(line).toMatch(/^[█▀]{4}.*[█▀]{4}$/)
})

test('sets both colors in each line, so the theme of the terminal does not matter', () => {
  const { lines } = textQrCode(uri, { colored: true })
  const plain = textQrCode(uri, { colored: false }).lines
  expect(lines).toEqual(plain.map((line) => `\u001b[38;5;231;48;5;16m${line}\u001b[0m`))
})
