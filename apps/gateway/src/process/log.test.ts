import { expect, test } from 'vitest'
import { createLog } from './log.ts'

const token = `rgs_${'02b9BXcwjy'.repeat(7).slice(0, 63)}`

test('no log line contains a token of the gateway, whatever its source', () => {
  const lines: string[] = []
  const log = createLog('trace', { write: (line) => void lines.push(line) })
  log.info({ path: `/apps/${token}`, deep: { list: [{ client: `x ${token}` }] } }, `asked with ${token}`)
  log.child({ principal: token }).error(new Error(`${token} was refused`))
  expect(lines).toHaveLength(2)
  expect(lines.join('')).not.toContain(token.slice(0, 30))
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { path: '/apps/rgs_[hidden]', msg: 'asked with rgs_[hidden]' },
    { principal: 'rgs_[hidden]', err: { message: 'rgs_[hidden] was refused' } },
  ])
})

test('an error is logged without parameters of its query, and with control characters escaped', () => {
  const lines: string[] = []
  const log = createLog('trace', { write: (line) => void lines.push(line) })
  const params = ['MARKER\n\u001b[31m', 2]
  const values = { parameters: params, args: params, detail: 'Key (x)=(MARKER)', where: "$1 = 'MARKER'" }
  const cause = Object.assign(new Error('invalid "a\n\u001b[31mb"'), { code: '22P02', ...values })
  const query = 'select $1'
  const failed = Object.assign(new Error(`Failed query: ${query}\nparams: ${params}`, { cause }), { query, params })
  log.error({ event: 'call.failed', err: failed })
  log.error(failed)
  log.error({ err: cause })
  log.error({ err: new AggregateError([failed], 'all') })
  expect(lines.join('')).not.toMatch(/MARKER|\\u001b(?!\[31mb)/)
  const message = 'Failed query: select $1: invalid "a\\u000a\\u001b[31mb"'
  const err = {
    type: 'Error',
    message,
    query,
    stack: expect.stringMatching(/^Error: Failed query: select \$1\n {4}at /),
  }
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'call.failed', err, msg: message },
    { err, msg: message },
    { err: { code: '22P02', message: 'invalid "a\\u000a\\u001b[31mb"' } },
    { err: { type: 'AggregateError', aggregateErrors: ['Failed query: select $1'] } },
  ])
})
