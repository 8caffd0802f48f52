import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasPassword, redactPasswordsInText, redactUrl } from './url-passwords.ts'

const isSecret = (key: string) => key === 'password'

describe('one URL', () => {
  test.each([
    ['postgres://app:respass@host:5432/app', 'postgres://app:[hidden]@host:5432/app'],
    ['redis://:pass@host:6379/0', 'redis://:[hidden]@host:6379/0'],
    ['mysql://u:p@h/db?opt=a@b', 'mysql://u:[hidden]@b'],
    ['mysql://u:p@h/db?opt=a', 'mysql://u:[hidden]@h/db?opt=a'],
    ['mysql://u:p@h/db?user=a&password=b&x=1', 'mysql://u:[hidden]@h/db?user=a&password=[hidden]&x=1'],
    ['mysql://h/db?password=b', 'mysql://h/db?password=[hidden]'],
    ['amqp://u:p:q@h', 'amqp://u:[hidden]@h'],
    ['amqp://u:p@ss@h', 'amqp://u:[hidden]@h'],
    ['amqp://u:p/w@h/x', 'amqp://u:[hidden]@h/x'],
    ['amqp://u:p?w@h/x', 'amqp://u:[hidden]@h/x'],
    ['amqp://u:p#w@h/x', 'amqp://u:[hidden]@h/x'],
    ['https://token@h/x', 'https://[hidden]@h/x'],
    ['ssh://git@h/x', 'ssh://git@h/x'],
    ['u:p@registry/app', 'u:[hidden]@registry/app'],
    ['registry.example.test/myapp', 'registry.example.test/myapp'],
    ['postgres://host:5432/app', 'postgres://host:5432/app'],
    ['postgres://app:@host/', 'postgres://app:@host/'],
    ['', ''],
    ['@', '@'],
    ['://@', '://@'],
  ])('%s is redacted as %s', (address, shown) => {
    expect(redactUrl(address, isSecret)).toBe(shown)
  })

  test('every part of the password is redacted', () => {
    const password = fc
      .string({ unit: fc.constantFrom('/', '@', ':', '?', '#', '%', '&', '=', 's'), minLength: 1 })
      .map((text) => `${text}SECRET`)
    fc.assert(
      fc.property(password, (secret) => {
        const shown = redactUrl(`postgres://user:${secret}@host:5432/db`, isSecret)
        expect(shown).not.toContain('SECRET')
        expect(shown.endsWith('@host:5432/db')).toBe(true)
      }),
    )
  })
})

describe('URLs in a text', () => {
  test('all passwords are redacted, and the rest stays unchanged', () => {
    expect(redactPasswordsInText('a http://u:p@h/ b "redis://:q@h:1", c@d:e https://x/y@z')).toBe(
      'a http://u:[hidden]@h/ b "redis://:[hidden]@h:1", c@d:e https://x/y@z',
    )
    expect(redactPasswordsInText('a://b://c:d@e')).toBe('a://b://c:[hidden]@e')
    expect(redactPasswordsInText('no address')).toBe('no address')
  })

  test('redacting twice is redacting once', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'a:/@? [h') }), (text) => {
        const once = redactPasswordsInText(text)
        expect(redactPasswordsInText(once)).toBe(once)
      }),
    )
  })

  test('the time is bounded for hostile text', () => {
    const before = process.cpuUsage()
    redactPasswordsInText('a://'.repeat(250_000))
    redactPasswordsInText(`a://${'@:'.repeat(500_000)}`)
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
  })

  test('hasPassword finds passwords', () => {
    expect(['http://u:p@h', 'x postgres://u:p@h y', 'https://t@h'].map(hasPassword)).toEqual([true, true, true])
    expect(['http://h', 'a:b@c', 'u@h', ''].map(hasPassword)).toEqual([false, false, false, false])
  })
})
