import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  otherRootCertificate as otherRoot,
  serverKey as privateKey,
  rootCertificate as root,
} from '@rack-gateway/testing/certificates'
import { expect, onTestFinished, test } from 'vitest'
import { certificatesIn, certificatesProblem, certificateText } from './rack-certificates.ts'

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rack-ca-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

function fileOf(content: string | Buffer): string {
  const path = join(temporaryDirectory(), 'ca.pem')
  writeFileSync(path, content)
  return path
}

test('a text stays unchanged, and a path is replaced by the content of the file', () => {
  expect(certificateText(root)).toEqual({ text: root })
  expect(certificateText(fileOf(root))).toEqual({ text: root })
})

test('one or more certificates are fine, with what openssl writes around them left out', () => {
  const bundle = `subject=CN=test root\r\n${root.replaceAll('\n', '\r\n')}\r\n\r\nCertificate:\n    Data: …\n${otherRoot}\n`
  expect(certificatesProblem(root)).toBeNull()
  expect(certificatesProblem(bundle)).toBeNull()
  expect(certificatesIn(bundle).replaceAll('\r', '')).toBe(`${root}\n${otherRoot}`)
})

test.each([
  ['nothing', '', 'contains no certificate'],
  ['a word', 'hello', 'contains no certificate'],
  ['a certificate without its end', root.slice(0, -30), 'contains no certificate'],
  [
    'a second one without its end',
    `${root}\n${otherRoot.slice(0, -30)}`,
    'has a PEM block that is not a whole certificate',
  ],
  [
    'a second one that begins within the first',
    root.slice(0, 100) + otherRoot,
    'has a PEM block that is not a whole certificate',
  ],
  ['a certificate of another kind', root.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'), 'contains no certificate'],
  ['a key beside it', `${root}\n${privateKey}`, 'contains a private key'],
  ['an encrypted key', `${root}\n${privateKey.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE')}`, 'contains a private key'],
  ['its lines in one', root.replaceAll('\n', '\\n'), 'has \\n written in it'],
  ['its base64 cut', root.replace(/.{64}\n(?=.{64}\n-----|.+\n-----)/, ''), '(number 1) that cannot be read'],
  ['a broken second one', `${root}\n${otherRoot.replace('MII', 'AII')}`, '(number 2) that cannot be read'],
  [
    'an empty one',
    '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----',
    'has a certificate (number 1) that cannot be read',
  ],
])('%s is not a certificate authority', (_name, text, problem) => {
  expect(certificatesProblem(text)).toContain(problem)
})

test('the check takes linear time, also for many beginnings of certificates', () => {
  // In quadratic time, the test would time out.
  const text = '-----BEGIN CERTIFICATE-----A'.repeat(100_000)
  expect(certificatesProblem(text)).toBe('contains no certificate')
})

test('a file that cannot be used is refused without its path', () => {
  const directory = temporaryDirectory()
  const missing = certificateText(join(directory, 'hunter2'))
  expect(missing).toEqual({ problem: 'names a file that cannot be read: no such file or directory' })
  expect(certificateText(directory)).toEqual({ problem: 'names something that is not a file' })
  expect(certificateText(fileOf(Buffer.alloc(1024 * 1024 + 1)))).toEqual({ problem: 'names a file of more than 1 MiB' })
  expect(JSON.stringify(certificateText('x'.repeat(5000)))).not.toContain('xx')
})

test.skipIf(process.platform === 'win32')('a pipe does not keep the start waiting', () => {
  const pipe = join(temporaryDirectory(), 'pipe')
  execFileSync('mkfifo', [pipe])
  expect(certificateText(pipe)).toEqual({ problem: 'names something that is not a file' })
})
