import { expect, test } from 'vitest'
import { createLog } from './log.ts'

const token = `rgs_${'02b9BXcwjy'.repeat(7).slice(0, 63)}`

test('no line of the log holds a token of the gateway, wherever it comes from', () => {
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
