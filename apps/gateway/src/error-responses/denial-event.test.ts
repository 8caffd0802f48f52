import type { FastifyRequest } from 'fastify'
import { expect, test, vi } from 'vitest'
import { denialEvent } from './denial-event.ts'
import type { Failure } from './error-response.ts'

const denial = { rule: 'command:no-rule', source: 'built-in', reason: 'No.', next: 'Ask.', policy: 'a'.repeat(64) }
const failure: Failure = {
  status: 403,
  body: { ...denial, error: 'No. Ask.', code: 'RGW_NOT_PERMITTED', requestId: 'r1' },
}

test('an event whose details cannot be encoded is recorded without the details', () => {
  const error = vi.fn()
  const request = {
    id: 'r1',
    method: 'POST',
    headers: {},
    ip: '192.0.2.1',
    socket: { remoteAddress: '192.0.2.1' },
    log: { error },
    principal: { kind: 'user', id: 'u1', name: 'ada@example.com', credential: 's1', groups: [], owner: null },
    endpoint: null,
    endpointDecision: null,
    get call(): never {
      throw new RangeError('Invalid string length')
    },
  } as unknown as FastifyRequest
  expect(denialEvent(request, failure, denial.rule)).toMatchObject({
    kind: 'call',
    request: 'r1',
    method: 'POST',
    status: 403,
    principal: { name: 'ada@example.com' },
    decision: { effect: 'deny', ...denial },
  })
  expect(error).toHaveBeenCalledWith(expect.objectContaining({ event: 'call.untold', rule: denial.rule }))
})
