import { describe, expect, test } from 'vitest'
import { keeper, reader, stranger } from '../testing/views.ts'
import { maskManifest } from './manifest.ts'

const manifest = `environment:
  - DATABASE_URL
  - "*"
  - PLAIN=1
  - API_TOKEN=topsecret
  - 'QUOTED_KEY=topsecret'
  - MIRROR=https://u:topsecret@h/
services:
  web:
    build: .
    environment:
      PLAIN: 1
      API_TOKEN: topsecret
      "QUOTED_KEY": "topsecret"
    port: 3000
`

describe('a manifest', () => {
  test.each([
    ['    command: bin/web --password=topsecret --port=1', '    command: bin/web --password=[hidden] --port=1'],
    ['    command: sh -c "API_TOKEN=topsecret rake x"', '    command: sh -c "API_TOKEN=[hidden]"'],
    ['    test: mysql -ptopsecret db', '    test: mysql -p[hidden] db'],
    ['      - redis-cli -a topsecret PING', '      - redis-cli -a [hidden] PING'],
  ])('hides secrets in the command %j, as where it runs', (line, shown) => {
    const text = (command: string) => `services:\n  web:\n    build: .\n${command}\n    port: 3000\n`
    expect(maskManifest(text(line), reader)).toBe(text(shown))
    expect(maskManifest(text(line), stranger)).toBe(text(shown))
    expect(maskManifest(text(line), keeper)).toBe(text(line))
  })

  test('hides secret defaults with env:read, and stays what it was otherwise', () => {
    expect(maskManifest(manifest, reader)).toBe(`environment:
  - DATABASE_URL
  - "*"
  - PLAIN=1
  - API_TOKEN=[hidden]
  - 'QUOTED_KEY=[hidden]'
  - MIRROR=[hidden]
services:
  web:
    build: .
    environment:
      PLAIN: 1
      API_TOKEN: "[hidden]"
      "QUOTED_KEY": "[hidden]"
    port: 3000
`)
  })

  test('hides all defaults without env:read', () => {
    const shown = maskManifest(manifest, stranger)
    expect(shown).toContain('  - PLAIN=[hidden]')
    expect(shown).toContain('      PLAIN: "[hidden]"')
    expect(shown).toContain('    port: 3000')
  })

  test('is shown whole to whom may see all', () => {
    expect(maskManifest(manifest, keeper)).toBe(manifest)
  })

  test('without defaults is the same text', () => {
    const plain = 'environment:\n  - A\n  - B\nservices:\n  web:\n    build: .\n    command: bin/web --port=3000\n'
    expect(maskManifest(plain, stranger)).toBe(plain)
  })

  test.each([
    ['a list on one line', 'environment: ["TOKEN=topsecret"]'],
    ['a list over lines', 'environment: [\n"A=1",\n"TOKEN=topsecret"\n]\n'],
    ['a map on one line', 'environment: {TOKEN: topsecret}'],
    ['all on one line', '{"services": {"web": {"environment": ["TOKEN=topsecret"]}}}'],
    ['a flow item', 'environment:\n  - {TOKEN: topsecret}'],
    ['a list of maps', 'environment:\n  - TOKEN: topsecret'],
    ['a list at the indent of its key', 'environment:\n- A=1\n- TOKEN=topsecret\nservices: {}'],
    ['Windows line ends', 'environment:\r\n  - TOKEN=topsecret\r\nservices:\r\n'],
    ['a literal block', 'environment:\n  TOKEN: |\n    topsecret\n    a: topsecret\n    - topsecret\n  A: 1'],
    [
      'a literal block of a plain key',
      'environment:\n  PLAIN: |\n    topsecret\n    - topsecret\n    a: topsecret\n  A: 1',
    ],
    ['a value that goes on', 'environment:\n  - "TOKEN=top\n    topsecret"\n  - A=1'],
    ['a value that goes on at the same indent', 'environment:\n  - "TOKEN=top\n  topsecret"\n'],
    ['a comment', 'environment:\n  # TOKEN=topsecret\n  - A=1'],
    ['a comment at the start', 'environment:\n# TOKEN=topsecret\n  - TOKEN=topsecret'],
    ['an anchor', 'environment: &env\n  - TOKEN=topsecret\n'],
    ['a shared block elsewhere', 'x-shared: &env\n  - TOKEN=topsecret\nenvironment: *env\n'],
    ['a shared map elsewhere', 'x-shared: &env\n  TOKEN: topsecret\nenvironment: *env\n'],
    ['a quoted head', '"environment":\n  - TOKEN=topsecret'],
    ['a spaced head', 'environment :\n  - TOKEN=topsecret'],
    ['an odd letter case', 'Environment:\n  - TOKEN=topsecret'],
    ['an address anywhere', 'services:\n  web:\n    image: https://u:topsecret@registry/app'],
    ['a no-break space', 'environment:\n\u00a0\u00a0- TOKEN=topsecret'],
    ['tabs', 'environment:\n\t- TOKEN=topsecret'],
  ])('%s hides its secret', (_, text) => {
    expect(maskManifest(text, reader)).not.toContain('topsecret')
    expect(maskManifest(text, stranger)).not.toContain('topsecret')
  })

  test('a long hostile line takes no time', () => {
    const before = process.cpuUsage()
    const spaces = ' '.repeat(200_000)
    for (const line of [`environment:${spaces}x`, `${spaces}x`, `- ${spaces}A=${spaces}`, `a${spaces}:${spaces}`])
      maskManifest(line, reader)
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
  })
})
