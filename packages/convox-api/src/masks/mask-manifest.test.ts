import { describe, expect, test } from 'vitest'
import { envReader, fullAccess, noAccess } from '../testing/views.ts'
import { maskManifest } from './mask-manifest.ts'

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
  ])('redacts secrets in the command %j', (line, shown) => {
    const text = (command: string) => `services:\n  web:\n    build: .\n${command}\n    port: 3000\n`
    expect(maskManifest(text(line), envReader)).toBe(text(shown))
    expect(maskManifest(text(line), noAccess)).toBe(text(shown))
    expect(maskManifest(text(line), fullAccess)).toBe(text(line))
  })

  test('masks only secret defaults with env:read', () => {
    expect(maskManifest(manifest, envReader)).toBe(`environment:
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

  test('masks all defaults without env:read', () => {
    const shown = maskManifest(manifest, noAccess)
    expect(shown).toContain('  - PLAIN=[hidden]')
    expect(shown).toContain('      PLAIN: "[hidden]"')
    expect(shown).toContain('    port: 3000')
  })

  test('stays unchanged with full access', () => {
    expect(maskManifest(manifest, fullAccess)).toBe(manifest)
  })

  test('stays unchanged without defaults', () => {
    const plain = 'environment:\n  - A\n  - B\nservices:\n  web:\n    build: .\n    command: bin/web --port=3000\n'
    expect(maskManifest(plain, noAccess)).toBe(plain)
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
    ['a value of two lines', 'environment:\n  - "TOKEN=top\n    topsecret"\n  - A=1'],
    ['a value of two lines at the same indent', 'environment:\n  - "TOKEN=top\n  topsecret"\n'],
    ['a comment', 'environment:\n  # TOKEN=topsecret\n  - A=1'],
    ['a comment at the start', 'environment:\n# TOKEN=topsecret\n  - TOKEN=topsecret'],
    ['an anchor', 'environment: &env\n  - TOKEN=topsecret\n'],
    ['a shared block elsewhere', 'x-shared: &env\n  - TOKEN=topsecret\nenvironment: *env\n'],
    ['a shared map elsewhere', 'x-shared: &env\n  TOKEN: topsecret\nenvironment: *env\n'],
    ['a quoted head', '"environment":\n  - TOKEN=topsecret'],
    ['a spaced head', 'environment :\n  - TOKEN=topsecret'],
    ['an odd letter case', 'Environment:\n  - TOKEN=topsecret'],
    ['a URL with a password outside of environment', 'services:\n  web:\n    image: https://u:topsecret@registry/app'],
    ['a no-break space', 'environment:\n\u00a0\u00a0- TOKEN=topsecret'],
    ['tabs', 'environment:\n\t- TOKEN=topsecret'],
  ])('the secret is masked in %s', (_, text) => {
    expect(maskManifest(text, envReader)).not.toContain('topsecret')
    expect(maskManifest(text, noAccess)).not.toContain('topsecret')
  })

  test('the time is bounded for hostile lines', () => {
    const before = process.cpuUsage()
    const spaces = ' '.repeat(200_000)
    for (const line of [`environment:${spaces}x`, `${spaces}x`, `- ${spaces}A=${spaces}`, `a${spaces}:${spaces}`])
      maskManifest(line, envReader)
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
  })
})
