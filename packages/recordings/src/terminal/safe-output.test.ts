import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SafeOutput } from './safe-output.ts'

const esc = '\u001b'
const safe = (...pieces: string[]) => {
  const output = new SafeOutput()
  return pieces.map((piece) => output.write(piece)).join('')
}

describe('harmless output is unchanged', () => {
  test.each([
    `plain text, ünïcode and 👩‍💻`,
    `line\r\nnext\tcolumn\b`,
    `${esc}[1;31mred${esc}[0m ${esc}[38:2::1:2:3mtrue${esc}[m`,
    `${esc}[2J${esc}[H${esc}[10;20Hthere${esc}[K${esc}[3A${esc}[1P`,
    `${esc}7${esc}8${esc}M${esc}(0lqk${esc}(B`,
    `${esc}[?25l${esc}[?1049h${esc}[?25h${esc}[2 q`,
  ])('%j', (text) => expect(safe(text)).toBe(text))
})

describe('harmful output is removed, wherever it is split', () => {
  const hostile = [
    ['the clipboard', `${esc}]52;c;aGk=\u0007`],
    ['the clipboard, with the other terminator', `${esc}]52;c;aGk=${esc}\\`],
    ['a title', `${esc}]0;title\u0007`],
    ['a title of screen', `${esc}ktitle${esc}\\`],
    ['a link', `${esc}]8;;https://evil.example/${esc}\\`],
    ['a notification', `${esc}]777;notify;a;b\u0007`],
    ['an image', `${esc}]1337;File=inline=1:AAAA\u0007`],
    ['DCS', `${esc}P+q544e${esc}\\`],
    ['APC', `${esc}_Ga=t;AAAA${esc}\\`],
    ['PM', `${esc}^private${esc}\\`],
    ['SOS', `${esc}Xtext${esc}\\`],
    ['C1 OSC', '\u009d52;c;aGk=\u009c'],
    ['a query by C1 CSI', '\u009b6n'],
    ['queries of the terminal type', `${esc}[c${esc}[>c${esc}[=c${esc}[0c${esc}Z`],
    ['queries of the cursor position', `${esc}[6n${esc}[?6n${esc}[5n`],
    ['answerback', '\u0005'],
    ['a query of the title', `${esc}[21t${esc}[18t`],
    ['moving the window', `${esc}[3;0;0t`],
    ['queries of modes', `${esc}[?2026$p${esc}[>q${esc}[?u`],
    ['queries of colors', `${esc}]11;?\u0007${esc}]4;1;?${esc}\\`],
    ['mouse, focus and paste reports', `${esc}[?1000h${esc}[?1002;1006h${esc}[?1004h${esc}[?2004h`],
    ['keyboard modes', `${esc}[>1u${esc}[>4;2m${esc}[?1h${esc}=`],
    ['printing', `${esc}[5i${esc}[?5i`],
    ['another character set', `${esc}%@${esc}%G`],
    ['clearing the scrollback', `${esc}[3J`],
    ['a checksum of the screen', `${esc}[1;1;1;1;1;1*y`],
    ['the bell', '\u0007'],
  ] as const
  test.each(hostile)('%s', (_name, sequence) => {
    for (let at = 0; at <= sequence.length; at++)
      expect(safe(`a${sequence.slice(0, at)}`, `${sequence.slice(at)}b`)).toBe('ab')
    expect(safe(...`a${sequence}b`)).toBe('ab')
  })

  test('a string within another sequence, and a sequence within a string', () => {
    expect(safe(`a${esc}[3${esc}]52;c;aGk=\u0007b`)).toBe('ab')
    expect(safe(`a${esc}]0;x${esc}[31mb`)).toBe(`a${esc}[31mb`)
    expect(safe(`a${esc}${esc}]0;x\u0007b`)).toBe('ab')
  })

  test('only the harmless ones of several modes are preserved', () => {
    expect(safe(`${esc}[?1049;1006;25h`)).toBe(`${esc}[?1049;25h`)
  })

  test('a reset does not clear the scrollback', () => {
    expect(safe(`${esc}c`)).toBe(`${esc}[!p${esc}[2J${esc}[H`)
  })

  test('marks that change the direction of text are visible', () => expect(safe('a\u202eb')).toBe('a\uFFFDb'))

  test('an unterminated string hides at most a few thousand characters', () => {
    expect(safe(`${esc}]0;${'x'.repeat(5_000)}then`)).toMatch(/then$/)
  })
})

test('any output contains only allowed sequences, and is the same wherever the input is split', () => {
  const alphabet = [
    ...`${esc}[]P_^X\\kcnthlmqpuJHr?>=<!$ "*;:0123456789abzÄ\u0007\u009b\u009c\u009d\u0090\u0005\n\r\u0018`,
  ]
  const text = fc.array(fc.constantFrom(...alphabet), { maxLength: 60 })
  fc.assert(
    fc.property(text, fc.nat(60), (characters, at) => {
      const left = safe(characters.join(''))
      expect(safe(characters.slice(0, at).join(''), characters.slice(at).join(''))).toBe(left)
      const rest = left
        .replace(/\u001b\[[?]?[\d;:]*[A-IJKLMPSTXZ@`abdefgmrsu]/g, '')
        .replace(/\u001b\[\??[\d;]+[hl]|\u001b\[[\d;:]* q|\u001b\[!p|\u001b[78DEHM]|\u001b[()*+][0AB]/g, '')
      expect(rest).toMatch(/^[^\u0000-\u0007\u0010-\u001f\u007f-\u009f]*$/)
      expect(left).not.toMatch(/\u001b\[[?>=]?[\d;]*[cnt]/)
    }),
  )
})

describe('the restored terminal', () => {
  test('has its cursor, its colors, and its line wrapping again', () => {
    const restored = new SafeOutput().restore()
    for (const sequence of [`${esc}[0m`, `${esc}[?25h`, `${esc}[?7h`, `${esc}(B`]) expect(restored).toContain(sequence)
    expect(restored).not.toContain('1049')
  })

  test('leaves the alternate screen and resets the scrolling region, if the recording has changed them', () => {
    const output = new SafeOutput()
    output.write(`${esc}[?1049h${esc}[5;10r`)
    expect(output.restore()).toContain(`${esc}[?1049l`)
    expect(output.restore()).toContain(`${esc}7${esc}[r${esc}8`)
    output.write(`${esc}[?1049l`)
    expect(output.restore()).not.toContain('1049')
  })
})

test('a clone continues where the original is, also within a sequence', () => {
  const output = new SafeOutput()
  output.write(`${esc}[31;`)
  const clone = output.clone()
  expect([clone.write('1mred'), output.write('4mother')]).toEqual([`${esc}[31;1mred`, `${esc}[31;4mother`])
  const inTitle = new SafeOutput()
  inTitle.write(`${esc}]0;half a title`)
  expect(inTitle.clone().write(' and the rest\u0007text')).toBe('text')
})

test('larger parameters are replaced by maxParameter, and sequences with very large parameters are removed', () => {
  const output = new SafeOutput({ maxParameter: 500 })
  expect(output.write(`${esc}[9999S${esc}[12;9999H${esc}[38;2;1;2;3m${esc}[12345b`)).toBe(
    `${esc}[500S${esc}[12;500H${esc}[38;2;1;2;3m`,
  )
})
