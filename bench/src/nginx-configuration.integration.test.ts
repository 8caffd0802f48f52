import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { nginxConfiguration } from './nginx-configuration.ts'

const installed = spawnSync('nginx', ['-v']).status === 0

test('it listens on loopback only and writes into its own directory', () => {
  const text = nginxConfiguration({ directory: '/d', port: 8000, upstream: '127.0.0.1:9000' })
  expect(text).toContain('listen 127.0.0.1:8000;')
  expect(text).toContain('server 127.0.0.1:9000;')
  expect(text.match(/_temp_path \/d\//g)).toHaveLength(5)
})

test.runIf(installed)('nginx takes it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'bench-nginx-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'nginx.conf')
  writeFileSync(file, nginxConfiguration({ directory, port: 1, upstream: '127.0.0.1:9' }))
  const { status, stderr } = spawnSync('nginx', ['-e', 'stderr', '-t', '-p', directory, '-c', file], {
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('successful') })
})
